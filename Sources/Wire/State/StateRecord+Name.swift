public import Inventory

extension StateRecord {
    /// What a record is of, as its key alone says it.
    public enum Name: Hashable, Sendable {
        case cells(bucket: UInt32)
        case seen(Partition, place: UInt32)
        case movements(number: Int64)
        case movementLog(Partition)
        case barrier(Partition)
        case position(Partition)
        case alert(Pair)
        case stockFingerprint(Pair)
        case rollupFingerprint(ProductID)
        case referenceRefused(ReferenceKind, Partition)
        case intent(Partition, part: UInt32)

        /// Reads what a key says behind its first byte, but for the slot.
        static func read(_ kind: Kind, _ key: inout LittleEndianReader) throws(StateRecordError) -> Name {
            switch kind {
            case .cells: .cells(bucket: try key.read())
            case .seen: .seen(try readPartition(&key), place: try key.read())
            case .movements: .movements(number: try key.read())
            case .movementLog: .movementLog(try readPartition(&key))
            case .barrier: .barrier(try readPartition(&key))
            case .position: .position(try readPartition(&key))
            case .alert: .alert(Pair(packed: try key.read()))
            case .stockFingerprint: .stockFingerprint(Pair(packed: try key.read()))
            case .rollupFingerprint: .rollupFingerprint(ProductID(try key.read()))
            case .referenceRefused:
                .referenceRefused(try readTable(&key), try readPartition(&key))
            case .intent: .intent(try readPartition(&key), part: try readPart(&key))
            }
        }

        /// No topic has a partition below zero, and places are worked out from it.
        private static func readPartition(
            _ key: inout LittleEndianReader
        ) throws(StateRecordError) -> Partition {
            let partition = Partition(try key.read())
            guard partition >= Partition(0) else { throw .foreign }
            return partition
        }

        /// There is always a next one.
        private static func readPart(_ key: inout LittleEndianReader) throws(StateRecordError) -> UInt32 {
            let part: UInt32 = try key.read()
            guard part < .max else { throw .foreign }
            return part
        }

        private static func readTable(
            _ key: inout LittleEndianReader
        ) throws(StateRecordError) -> ReferenceKind {
            guard let table = ReferenceKind(rawValue: try key.read()) else { throw .foreign }
            return table
        }

        var kind: Kind {
            switch self {
            case .cells: .cells
            case .seen: .seen
            case .movements: .movements
            case .movementLog: .movementLog
            case .barrier: .barrier
            case .position: .position
            case .alert: .alert
            case .stockFingerprint: .stockFingerprint
            case .rollupFingerprint: .rollupFingerprint
            case .referenceRefused: .referenceRefused
            case .intent: .intent
            }
        }

        /// Part of a checkpoint; the rest is what any transaction may write.
        public var isOfCheckpoint: Bool {
            switch self {
            case .cells, .seen, .movements, .movementLog, .barrier: true
            case .position, .alert, .stockFingerprint, .rollupFingerprint, .referenceRefused, .intent: false
            }
        }

        /// Says that a checkpoint is whole.
        public var isBarrier: Bool { if case .barrier = self { true } else { false } }
    }

    /// The name of a record and which of the two it is: what a key says.
    public struct Key: Hashable, Sendable {
        public var name: Name
        /// 1 for the second record of a name of a checkpoint.
        public var slot: UInt8

        public init(_ name: Name, slot: UInt8 = 0) {
            self.name = name
            self.slot = slot
        }

        /// Nil for a key that is not stockd's.
        public init?(_ key: UnsafeRawBufferPointer?) {
            guard let key, let first = key.first, let kind = Kind(rawValue: first) else { return nil }
            var reader = LittleEndianReader(key)
            guard (try? reader.read(UInt8.self)) != nil, let name = try? Name.read(kind, &reader) else {
                return nil
            }
            let slot = name.isOfCheckpoint && reader.remaining > 0 ? try? reader.read(UInt8.self) : nil
            guard reader.remaining == 0, slot == nil || slot == 1 else { return nil }
            self.init(name, slot: slot ?? 0)
        }
    }

    public var key: Key { Key(name, slot: stamp?.slot ?? 0) }

    public var name: Name {
        switch self {
        case .cells(let bucket, _, _): .cells(bucket: bucket)
        case .seen(let input, let place, _, _): .seen(input, place: place)
        case .movements(let chunk, _): .movements(number: chunk.number)
        case .movementLog(let summary): .movementLog(summary.partition)
        case .barrier(let barrier): .barrier(barrier.partition)
        case .position(let input, _): .position(input)
        case .alert(let pair, _): .alert(pair)
        case .stockFingerprint(let pair, _): .stockFingerprint(pair)
        case .rollupFingerprint(let product, _): .rollupFingerprint(product)
        case .referenceRefused(let table, let partition, _): .referenceRefused(table, partition)
        case .intent(let intent): .intent(intent.partition, part: intent.part)
        }
    }
}
