import Inventory

extension StateRecord.Key {
    /// Nil for a key that is not stockd's.
    public init?(_ bytes: UnsafeRawBufferPointer?) {
        guard let bytes, let key = try? Self.read(bytes) else { return nil }
        self = key
    }

    static func read(_ bytes: UnsafeRawBufferPointer) throws(StateRecordError) -> Self {
        guard let first = bytes.first, let kind = StateRecord.Kind(rawValue: first) else { throw .foreign }
        var reader = LittleEndianReader(bytes)
        _ = try reader.read(UInt8.self)
        let key: Self =
            switch kind {
            case .entries: .entries(bucket: try reader.read())
            case .ids:
                .ids(
                    try readPartition(&reader), isOddSet: try readFlag(&reader), bucket: try reader.read())
            case .movements: .movements(number: try reader.read())
            case .checkpoint: .checkpoint(try readPartition(&reader))
            case .position: .position(try readPartition(&reader))
            case .alert: .alert(Pair(packed: try reader.read()))
            case .stockFingerprint: .stockFingerprint(Pair(packed: try reader.read()))
            case .rollupFingerprint: .rollupFingerprint(ProductID(try reader.read()))
            case .referenceRejected:
                .referenceRejected(try readTable(&reader), try readPartition(&reader))
            }
        guard reader.remaining == 0 else { throw .foreign }
        return key
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
        }
    }

    func write(into key: inout LittleEndianWriter) {
        key.append(kind.rawValue)
        switch self {
        case .entries(let bucket): key.append(bucket)
        case .ids(let partition, let isOddSet, let bucket):
            key.append(partition.rawValue)
            key.append(UInt8(isOddSet ? 1 : 0))
            key.append(bucket)
        case .movements(let number): key.append(number)
        case .checkpoint(let partition), .position(let partition): key.append(partition.rawValue)
        case .alert(let pair), .stockFingerprint(let pair): key.append(pair.packed)
        case .rollupFingerprint(let product): key.append(product.rawValue)
        case .referenceRejected(let table, let partition):
            key.append(table.rawValue)
            key.append(partition.rawValue)
        }
    }
}
