public import Inventory

extension StateRecord {
    /// Reads a record; nil for a key whose record was deleted.
    public init?(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, _ ids: IDs = .integers
    ) throws(StateRecordError) {
        guard let key else { throw .foreign }
        guard let value else {
            guard key.first.flatMap({ Kind(rawValue: $0) }) != nil else { throw .foreign }
            return nil
        }
        guard let kind = key.first.flatMap({ Kind(rawValue: $0) }) else { throw .foreign }
        var reader = LittleEndianReader(value)
        let version = try reader.read(UInt8.self)
        guard version == Self.version else {
            let release = kind == .checkpoint ? try? reader.readText() : nil
            throw .unknownVersion(version, kind: Character(UnicodeScalar(kind.rawValue)), release: release)
        }
        self = try Self.read(try Key.read(key, ids), &reader, ids)
        guard reader.remaining == 0 else { throw .foreign }
    }

    private static func read(
        _ key: Key, _ value: inout LittleEndianReader, _ ids: IDs
    ) throws(StateRecordError) -> StateRecord {
        switch key {
        case .entries(let bucket):
            try readEntries(&value, ids).map { .entries(bucket: bucket, $0) } ?? .former(key, nil)
        case .ids(let partition, let isOddSet, let bucket):
            .ids(partition, try readBucket(bucket, isOddSet, &value))
        case .movements(let block): .movements(try readMovements(block, &value))
        case .checkpoint(let partition): .checkpoint(try readCheckpoint(partition, &value))
        case .position(let partition): .position(partition, try readOffset(&value))
        case .alert(let pair): .alert(pair, try readAlert(&value))
        case .stockFingerprint(let pair): .stockFingerprint(pair, try value.read())
        case .rollupFingerprint(let product): .rollupFingerprint(product, try value.read())
        case .referenceRejected(let table, let partition):
            .referenceRejected(table, partition, try readOffset(&value))
        case .former(let bytes): .former(key, try readFormer(bytes, &value))
        }
    }

    private static func readFormer(
        _ key: [UInt8], _ value: inout LittleEndianReader
    ) throws(StateRecordError) -> FormerRow {
        try key.span.withUnsafeBytes { (bytes) throws(StateRecordError) in
            var reader = LittleEndianReader(bytes)
            guard let kind = Kind(rawValue: try reader.read()) else { throw .foreign }
            let ids = try reader.readFormerIDs(kind, try reader.readKinds())
            return FormerRow(
                product: ids.product, warehouse: ids.warehouse,
                published: kind == .alert ? .alert(try readAlert(&value)) : .row(try value.read()))
        }
    }

    private static func readOffset(_ value: inout LittleEndianReader) throws(StateRecordError) -> Offset {
        let offset = Offset(try value.read())
        guard offset >= Offset(0) else { throw .foreign }
        return offset
    }

    /// Nil when the ids are of another kind than they are now; the value is read to its end.
    private static func readEntries(
        _ value: inout LittleEndianReader, _ ids: IDs
    ) throws(StateRecordError) -> [StoredEntry]? {
        guard try value.readKinds() == StoredKinds(ids) else {
            value.skipToEnd()
            return nil
        }
        var entries: [StoredEntry] = []
        entries.reserveCapacity(Aggregate.entriesPerBucket)
        while value.remaining > 0 {
            entries.append(
                StoredEntry(
                    pair: try value.readPair(ids), stock: try value.read(),
                    lastUpdated: Timestamp(microseconds: try value.read()), events: try value.read()))
        }
        guard entries.count <= Aggregate.entriesPerBucket else { throw .foreign }
        return entries
    }

    private static func readBucket(
        _ bucket: UInt16, _ isOddSet: Bool, _ value: inout LittleEndianReader
    ) throws(StateRecordError) -> IDBucket {
        let set: UInt64 = try value.read()
        guard (set % 2 == 1) == isOddSet else { throw .foreign }
        var read = IDBucket(set: set, bucket: bucket)
        for _ in 0..<(try value.read(UInt32.self)) {
            var chunk = IDChunk(number: try value.read(), words: [])
            chunk.words.reserveCapacity(IDChunk.wordCount)
            for _ in 0..<IDChunk.wordCount { chunk.words.append(try value.read()) }
            read.chunks.append(chunk)
        }
        for _ in 0..<(try value.read(UInt32.self)) {
            read.texts.append(EventID(rawValue: try value.read(), high: try value.read()))
        }
        guard value.remaining % MemoryLayout<Int64>.size == 0 else { throw .foreign }
        read.ids.reserveCapacity(value.remaining / MemoryLayout<Int64>.size)
        while value.remaining > 0 { read.ids.append(try value.read()) }
        return read
    }

    private static func readMovements(
        _ block: EventBlock, _ value: inout LittleEndianReader
    ) throws(StateRecordError) -> MovementImages {
        var block = MovementImages(block, known: try value.read(), images: [])
        block.images.reserveCapacity(block.known.nonzeroBitCount)
        for _ in 0..<block.known.nonzeroBitCount {
            let entry: UInt32 = try value.read()
            block.images.append(
                MovementImages.Image(
                    entry: entry == .max ? nil : entry, units: try value.read(),
                    time: Timestamp(microseconds: try value.read()), version: try readVersion(&value)))
        }
        return block
    }

    private static func readVersion(
        _ value: inout LittleEndianReader
    ) throws(StateRecordError) -> RowVersion {
        RowVersion(position: try value.read(), seconds: try value.read())
    }

    private static func readCheckpoint(
        _ partition: Partition, _ value: inout LittleEndianReader
    ) throws(StateRecordError) -> CheckpointRecord {
        let release = try value.readText()
        let base = try readOffset(&value)
        let offset = try readOffset(&value)
        let (pairs, publishedAlerts): (UInt32, UInt32) = (try value.read(), try value.read())
        let movements: UInt64 = try value.read()
        let isTruncated: UInt8 = try value.read()
        let version = try readVersion(&value)
        guard isTruncated == 1 || (isTruncated == 0 && version == .none) else { throw .foreign }
        return CheckpointRecord(
            partition: partition, base: base, offset: offset, pairs: pairs, publishedAlerts: publishedAlerts,
            movements: movements, truncated: isTruncated == 1 ? version : nil,
            dedupe: DedupeSummary(
                seed: try value.read(), number: try value.read(), currentCount: try readCount(&value),
                previousCount: try readCount(&value)),
            settings: try value.readText(), release: release)
    }

    private static func readCount(_ value: inout LittleEndianReader) throws(StateRecordError) -> Int {
        guard let count = Int(exactly: try value.read(UInt64.self)) else { throw .foreign }
        return count
    }

    private static func readAlert(
        _ value: inout LittleEndianReader
    ) throws(StateRecordError) -> PublishedAlert {
        let level: UInt8 = try value.read()
        guard level == 0 || AlertLevel(rawValue: level) != nil else { throw .foreign }
        var alert = PublishedAlert(
            level: AlertLevel(rawValue: level), incident: try value.read(),
            since: Timestamp(microseconds: try value.read()), fingerprint: try value.read())
        alert.oversoldUnits = try value.read()
        guard (alert.level == .oversold) == (alert.oversoldUnits > 0) else { throw .foreign }
        return alert
    }
}
