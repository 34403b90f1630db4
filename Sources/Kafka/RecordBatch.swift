/// The records of one poll, in one contiguous array that is filled anew each time.
public final class RecordBatch {
    @usableFromInline var storage: UnsafeMutablePointer<Record>
    @usableFromInline var filled = 0
    private var capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        storage = .allocate(capacity: capacity)
    }

    /// Makes room; only while the batch is empty.
    func grow(to wanted: Int) {
        guard wanted > capacity else { return }
        storage.deallocate()
        storage = .allocate(capacity: wanted)
        capacity = wanted
    }

    deinit { storage.deallocate() }

    /// How many records are readable.
    @inlinable
    public var count: Int { filled }

    /// The records; for hot loops, since it costs nothing an element.
    @inlinable
    public var records: UnsafeBufferPointer<Record> { UnsafeBufferPointer(start: storage, count: filled) }

    @inlinable
    public subscript(index: Int) -> Record {
        precondition(index >= 0 && index < filled, "record index out of range")
        return storage[index]
    }
}
