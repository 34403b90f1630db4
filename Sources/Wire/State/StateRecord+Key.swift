public import Inventory

extension StateRecord.Key {
    /// Nil for a key that is not stockd's.
    public init?(_ bytes: UnsafeRawBufferPointer?, _ ids: IDs = .integers) {
        guard let bytes, let key = try? Self.read(bytes, ids) else { return nil }
        self = key
    }

    static func read(_ bytes: UnsafeRawBufferPointer, _ ids: IDs) throws(StateRecordError) -> Self {
        guard let first = bytes.first, let kind = StateRecord.Kind(rawValue: first) else { throw .foreign }
        var reader = LittleEndianReader(bytes)
        _ = try reader.read(UInt8.self)
        let key: Self =
            switch kind {
            case .entries: .entries(bucket: try reader.read())
            case .ids:
                .ids(
                    try readPartition(&reader), isOddSet: try readFlag(&reader), bucket: try reader.read())
            case .movements:
                .movements(
                    EventBlock(
                        number: try reader.read(),
                        high: reader.remaining > 0 ? try readHigh(&reader) : 0))
            case .checkpoint: .checkpoint(try readPartition(&reader))
            case .position: .position(try readPartition(&reader))
            case .alert, .stockFingerprint, .rollupFingerprint:
                try readRow(kind, &reader, ids)
            case .referenceRejected:
                .referenceRejected(try readTable(&reader), try readPartition(&reader))
            }
        guard reader.remaining == 0 else { throw .foreign }
        if case .former = key { return .former(Array(bytes)) }
        return key
    }

    private static func readRow(
        _ kind: StateRecord.Kind, _ reader: inout LittleEndianReader, _ ids: IDs
    ) throws(StateRecordError) -> Self {
        let kinds = try reader.readKinds()
        guard isPresent(kinds, of: kind, ids) else {
            _ = try reader.readFormerIDs(kind, kinds)
            return .former([])
        }
        return switch kind {
        case .alert: .alert(try reader.readPair(ids))
        case .stockFingerprint: .stockFingerprint(try reader.readPair(ids))
        default: .rollupFingerprint(try reader.readProduct(ids))
        }
    }

    /// Whether the ids are of the kinds that they have now.
    private static func isPresent(_ kinds: StoredKinds, of kind: StateRecord.Kind, _ ids: IDs) -> Bool {
        let now = StoredKinds(ids)
        return kind == .rollupFingerprint ? kinds == now.intersection(.product) : kinds == now
    }

    private static func readHigh(_ reader: inout LittleEndianReader) throws(StateRecordError) -> UInt64 {
        let high: UInt64 = try reader.read()
        guard high != 0 else { throw .foreign }
        return high
    }

    /// No topic has a partition below zero, and state partitions are computed from it.
    private static func readPartition(
        _ reader: inout LittleEndianReader
    ) throws(StateRecordError) -> Partition {
        let partition = Partition(try reader.read())
        guard partition >= Partition(0) else { throw .foreign }
        return partition
    }

    private static func readFlag(_ reader: inout LittleEndianReader) throws(StateRecordError) -> Bool {
        let byte: UInt8 = try reader.read()
        guard byte <= 1 else { throw .foreign }
        return byte == 1
    }

    private static func readTable(
        _ reader: inout LittleEndianReader
    ) throws(StateRecordError) -> ReferenceKind {
        guard let table = ReferenceKind(rawValue: try reader.read()) else { throw .foreign }
        return table
    }

    var kind: StateRecord.Kind {
        switch self {
        case .entries: .entries
        case .ids: .ids
        case .movements: .movements
        case .checkpoint: .checkpoint
        case .position: .position
        case .alert: .alert
        case .stockFingerprint: .stockFingerprint
        case .rollupFingerprint: .rollupFingerprint
        case .referenceRejected: .referenceRejected
        case .former(let bytes): bytes.first.flatMap { StateRecord.Kind(rawValue: $0) } ?? .alert
        }
    }

    func write(into key: inout LittleEndianWriter, _ ids: IDs) {
        if case .former(let bytes) = self {
            bytes.withUnsafeBytes { key.append(bytes: $0) }
            return
        }
        key.append(kind.rawValue)
        switch self {
        case .entries(let bucket): key.append(bucket)
        case .ids(let partition, let isOddSet, let bucket):
            key.append(partition.rawValue)
            key.append(UInt8(isOddSet ? 1 : 0))
            key.append(bucket)
        case .movements(let block):
            key.append(block.number)
            if block.high != 0 { key.append(block.high) }
        case .checkpoint(let partition), .position(let partition): key.append(partition.rawValue)
        case .alert(let pair), .stockFingerprint(let pair):
            key.append(StoredKinds(ids).rawValue)
            key.append(pair.product, ids)
            key.append(pair.warehouse, ids)
        case .rollupFingerprint(let product):
            key.append(StoredKinds(ids).intersection(.product).rawValue)
            key.append(product, ids)
        case .former: break
        case .referenceRejected(let table, let partition):
            key.append(table.rawValue)
            key.append(partition.rawValue)
        }
    }
}
