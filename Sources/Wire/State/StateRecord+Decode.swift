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
        guard version > 0, version <= kind.newest, version != 2 || kind == .barrier else {
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
        switch try Name.read(kind, &key) {
        case .cells(let bucket):
            let stamp = try readStamp(version, &key, &value)
            return .cells(bucket: bucket, try readCells(&value), stamp)
        case .seen(let partition, let place):
            let stamp = try readStamp(version, &key, &value)
            return .seen(partition, place: place, try readChunk(&value), stamp)
        case .barrier(let partition):
            return .barrier(try readBarrier(partition, try readSlot(version, &key), version, &value))
        case .position(let partition): return .position(partition, try readOffset(&value))
        case .alert(let pair): return .alert(pair, try readEntry(&value))
        case .stockFingerprint(let pair): return .stockFingerprint(pair, try value.read())
        case .rollupFingerprint(let product): return .rollupFingerprint(product, try value.read())
        case .movements(let number):
            let stamp = try readStamp(version, &key, &value)
            return .movements(try readMovements(number, &value), stamp)
        case .movementLog(let partition):
            var summary = try readSummary(partition, try readStamp(version, &key, &value), &value)
            if version > 3 { summary.digest = try value.read() }
            return .movementLog(summary)
        case .referenceRefused(let table, let partition):
            return .referenceRefused(table, partition, try readOffset(&value))
        case .intent(let partition, let part): return .intent(try Intent(partition, part: part, &value))
        }
    }

    static func readOffset(_ value: inout LittleEndianReader) throws(StateRecordError) -> Offset {
        let offset = Offset(try value.read())
        guard offset >= Offset(0) else { throw .foreign }
        return offset
    }

    /// The second of two keys has one byte more.
    private static func readSlot(
        _ version: UInt8, _ key: inout LittleEndianReader
    ) throws(StateRecordError) -> UInt8 {
        guard version >= 3, key.remaining > 0 else { return 0 }
        guard try key.read(UInt8.self) == 1 else { throw .foreign }
        return 1
    }

    private static func readStamp(
        _ version: UInt8, _ key: inout LittleEndianReader, _ value: inout LittleEndianReader
    ) throws(StateRecordError) -> Stamp {
        guard version >= 3 else { return .first }
        return try stamp(try value.read(), try readSlot(version, &key))
    }

    private static func stamp(_ generation: UInt64, _ slot: UInt8) throws(StateRecordError) -> Stamp {
        guard generation > 0, generation <= Stamp.maxGeneration else { throw .foreign }
        return Stamp(generation: generation, slot: slot)
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
        _ partition: Partition, _ stamp: Stamp, _ value: inout LittleEndianReader
    ) throws(StateRecordError) -> MovementLogSummary {
        let offset = try readOffset(&value)
        let count: UInt64 = try value.read()
        let isTruncated: UInt8 = try value.read()
        let version = try readVersion(&value)
        guard isTruncated == 1 || (isTruncated == 0 && version == .none) else { throw .foreign }
        return MovementLogSummary(
            partition: partition, offset: offset, count: count, truncated: isTruncated == 1 ? version : nil,
            stamp: stamp)
    }

    private static func readBarrier(
        _ partition: Partition, _ slot: UInt8, _ version: UInt8, _ value: inout LittleEndianReader
    ) throws(StateRecordError) -> Barrier {
        let release = try value.readText()
        let base = try readOffset(&value)
        let offset = try readOffset(&value)
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
        if version > 2 {
            barrier.stamp = try stamp(try value.read(), slot)
            barrier.laneCount = try value.read()
            barrier.digest = try value.read()
        }
        return barrier
    }

    static func readEntry(
        _ value: inout LittleEndianReader
    ) throws(StateRecordError) -> LedgerEntry {
        let severity: UInt8 = try value.read()
        guard severity == 0 || Severity(rawValue: severity) != nil else { throw .foreign }
        return LedgerEntry(
            severity: Severity(rawValue: severity), incident: try value.read(),
            since: Timestamp(microseconds: try value.read()), fingerprint: try value.read())
    }
}
