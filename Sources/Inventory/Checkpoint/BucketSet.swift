/// The buckets of cells that changed since the last checkpoint; a bucket is stored as one record.
struct BucketSet {
    /// Small enough that a lone change costs little, large enough that a million cells are few records.
    static let cellsPerBucket = 32

    private var isMember: [Bool] = []
    private(set) var members: [UInt32] = []

    @inline(__always)
    mutating func insert(_ slot: UInt32) {
        let bucket = Int(slot) / Self.cellsPerBucket
        if bucket < isMember.count, isMember[bucket] { return }
        insertNew(bucket)
    }

    mutating func insert(bucket: UInt32) {
        if bucket < isMember.count, isMember[Int(bucket)] { return }
        insertNew(Int(bucket))
    }

    private mutating func insertNew(_ bucket: Int) {
        while isMember.count <= bucket { isMember.append(false) }
        isMember[bucket] = true
        members.append(UInt32(bucket))
    }

    mutating func removeAll() {
        for bucket in members { isMember[Int(bucket)] = false }
        members.removeAll(keepingCapacity: true)
    }
}
