import Inventory

extension StateRecord {
    /// Reads a record; nil for a key whose record was deleted.
    public init?(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) throws(StateRecordError) {
        guard let key, let first = key.first, let kind = Kind(rawValue: first) else { throw .foreign }
        guard let value else { return nil }
        var keyReader = LittleEndianReader(key)
        var reader = LittleEndianReader(value)
        _ = try keyReader.read(UInt8.self)
        let version = try reader.read(UInt8.self)
        guard version > 0, version <= kind.newest else {
            let release = kind == .barrier ? try? reader.readText() : nil
            throw .unknownVersion(version, kind: Character(UnicodeScalar(first)), release: release)
        }
        self = try Self.read(kind, version, &keyReader, &reader)
        guard keyReader.remaining == 0, reader.remaining == 0 else { throw .foreign }
    }

    private static func read(
        _ kind: Kind, _ version: UInt8, _ key: inout LittleEndianReader,
        _ value: inout LittleEndianReader
    ) throws(StateRecordError) -> StateRecord {
        switch kind {
        case .cells: return .cells(bucket: try key.read(), try readCells(&value))
        case .seen:
            return .seen(Partition(try key.read()), place: try key.read(), try readChunk(&value))
        case .barrier: return .barrier(try readBarrier(Partition(try key.read()), version, &value))
        case .position: return .position(Partition(try key.read()), Offset(try value.read()))
        case .alert: return .alert(Pair(packed: try key.read()), try readEntry(&value))
        case .stockFingerprint: return .stockFingerprint(Pair(packed: try key.read()), try value.read())
        case .rollupFingerprint:
            return .rollupFingerprint(ProductID(try key.read()), try value.read())
        case .movements: return .movements(try readMovements(try key.read(), &value))
        case .movementLog: return .movementLog(try readSummary(Partition(try key.read()), &value))
        case .referenceRefused:
            guard let table = ReferenceKind(rawValue: try key.read()) else { throw .foreign }
            return .referenceRefused(table, Partition(try key.read()), Offset(try value.read()))
        }
    }

    private static func readCells(
        _ value: inout LittleEndianReader
    ) throws(StateRecordError) -> [CellImage] {
        var cells: [CellImage] = []
        cells.reserveCapacity(Aggregate.cellsPerBucket)
        while value.remaining > 0 {
            cells.append(
                CellImage(
                    pair: Pair(packed: try value.read()), stock: try value.read(),
                    lastUpdated: Timestamp(microseconds: try value.read()), events: try value.read()))
        }
        guard cells.count <= Aggregate.cellsPerBucket else { throw .foreign }
        return cells
    }

    private static func readChunk(
        _ value: inout LittleEndianReader
    ) throws(StateRecordError) -> SeenChunk {
        var chunk = SeenChunk(number: try value.read(), words: [])
        chunk.words.reserveCapacity(SeenChunk.wordCount)
        for _ in 0..<SeenChunk.wordCount { chunk.words.append(try value.read()) }
        return chunk
    }

    private static func readMovements(
        _ number: Int64, _ value: inout LittleEndianReader
    ) throws(StateRecordError) -> MovementImages {
        var chunk = MovementImages(number: number, known: try value.read(), images: [])
        chunk.images.reserveCapacity(chunk.known.nonzeroBitCount)
        for _ in 0..<chunk.known.nonzeroBitCount {
            let slot: UInt32 = try value.read()
            chunk.images.append(
                MovementImages.Image(
                    slot: slot == .max ? nil : slot, units: try value.read(),
                    time: Timestamp(microseconds: try value.read()), version: try readVersion(&value)))
        }
        return chunk
    }

    private static func readVersion(
        _ value: inout LittleEndianReader
    ) throws(StateRecordError) -> RowVersion {
        RowVersion(position: try value.read(), seconds: try value.read())
    }

    private static func readSummary(
        _ partition: Partition, _ value: inout LittleEndianReader
    ) throws(StateRecordError) -> MovementLogSummary {
        let offset = Offset(try value.read())
        let count: UInt64 = try value.read()
        let isTruncated: UInt8 = try value.read()
        let version = try readVersion(&value)
        guard isTruncated == 1 || (isTruncated == 0 && version == .none) else { throw .foreign }
        return MovementLogSummary(
            partition: partition, offset: offset, count: count, truncated: isTruncated == 1 ? version : nil)
    }

    private static func readBarrier(
        _ partition: Partition, _ version: UInt8, _ value: inout LittleEndianReader
    ) throws(StateRecordError) -> Barrier {
        let release = try value.readText()
        let base = Offset(try value.read())
        let offset = Offset(try value.read())
        let hasHighest: UInt8 = try value.read()
        let highest: Int64 = try value.read()
        guard hasHighest == 1 || (hasHighest == 0 && highest == 0) else { throw .foreign }
        var barrier = Barrier(
            partition: partition, base: base, offset: offset, highestID: hasHighest == 1 ? highest : nil,
            cellCount: try value.read(), settings: try value.readText(), release: release)
        if version > 1 {
            barrier.seenChunkCount = try value.read()
            barrier.alertCount = try value.read()
        }
        return barrier
    }

    private static func readEntry(
        _ value: inout LittleEndianReader
    ) throws(StateRecordError) -> LedgerEntry {
        let severity: UInt8 = try value.read()
        guard severity == 0 || Severity(rawValue: severity) != nil else { throw .foreign }
        return LedgerEntry(
            severity: Severity(rawValue: severity), incident: try value.read(),
            since: Timestamp(microseconds: try value.read()), fingerprint: try value.read())
    }
}
