public import Inventory

extension StateRecord {
    /// What a checkpoint's record is of, as its key alone says it.
    public enum Name: Hashable, Sendable {
        case cells(bucket: UInt32)
        case seen(Partition, place: UInt32)
        case movements(number: Int64)
        case barrier(Partition)
        case position(Partition)
        /// Anything that is not part of a checkpoint's body.
        case other

        /// Nil for a key that is not stockd's.
        public init?(key: UnsafeRawBufferPointer?) {
            guard let key, let first = key.first, let kind = Kind(rawValue: first) else { return nil }
            var reader = LittleEndianReader(key)
            guard (try? reader.read(UInt8.self)) != nil else { return nil }
            switch kind {
            case .cells:
                guard let bucket: UInt32 = try? reader.read() else { return nil }
                self = .cells(bucket: bucket)
            case .seen:
                guard let input: Int32 = try? reader.read(), let place: UInt32 = try? reader.read() else {
                    return nil
                }
                self = .seen(Partition(input), place: place)
            case .movements:
                guard let number: Int64 = try? reader.read() else { return nil }
                self = .movements(number: number)
            case .barrier, .position:
                guard let input: Int32 = try? reader.read() else { return nil }
                self = kind == .barrier ? .barrier(Partition(input)) : .position(Partition(input))
            default: self = .other
            }
        }
    }
}

extension StateEncoder {
    /// Hands out the key of a record that is to be deleted.
    public mutating func encodeKey<Failure: Error>(
        of name: StateRecord.Name, _ body: (_ key: UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        switch name {
        case .cells(let bucket):
            try encode(.cells(bucket: bucket, [])) { (key, _) throws(Failure) in try body(key) }
        case .seen(let input, let place):
            let none = SeenChunk(number: 0, words: [])
            try encode(.seen(input, place: place, none)) { (key, _) throws(Failure) in try body(key) }
        case .movements(let number):
            let none = MovementImages(number: number, known: 0, images: [])
            try encode(.movements(none)) { (key, _) throws(Failure) in try body(key) }
        case .barrier(let input):
            let none = Barrier(
                partition: input, base: Offset(0), offset: Offset(0), highestID: nil, cellCount: 0,
                settings: "", release: "")
            try encode(.barrier(none)) { (key, _) throws(Failure) in try body(key) }
        case .position(let input):
            try encode(.position(input, Offset(0))) { (key, _) throws(Failure) in try body(key) }
        case .other: break
        }
    }
}
