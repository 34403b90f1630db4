/// One consumed record. The memory it points into belongs to the batch: valid until the next `poll`,
/// `release` or `rewind`, so nothing may keep one.
@frozen
public struct Record {
    public let partition: Int32
    /// -1 when there is no key.
    @usableFromInline let keyCount: Int32
    public let offset: Int64
    @usableFromInline let keyStart: UnsafeRawPointer?
    @usableFromInline let valueStart: UnsafeRawPointer?
    /// -1 when there is no value.
    @usableFromInline let valueCount: Int
    /// librdkafka's message, for the fields that are asked for seldom.
    let message: UnsafeRawPointer

    /// The key's bytes; nil when the record has none.
    @inlinable
    public var key: UnsafeRawBufferPointer? {
        keyCount < 0 ? nil : UnsafeRawBufferPointer(start: keyStart, count: Int(keyCount))
    }

    /// The value's bytes; nil for a tombstone.
    @inlinable
    public var value: UnsafeRawBufferPointer? {
        valueCount < 0 ? nil : UnsafeRawBufferPointer(start: valueStart, count: valueCount)
    }
}
