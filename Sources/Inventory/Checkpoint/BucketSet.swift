/// Buckets of entries that changed, a bit each. A checkpoint stores a bucket as one record.
struct BucketSet {
    /// Small enough that a lone change costs little, large enough that a million entries are few records.
    static let entriesPerBucket = 32

    /// Grows with the highest bucket.
    private var words: [UInt64] = []
    private(set) var count = 0

    /// Inserts the bucket of an entry.
    @inline(__always)
    mutating func insert(_ entryIndex: UInt32) { insert(bucket: entryIndex / UInt32(Self.entriesPerBucket)) }

    @inline(__always)
    mutating func insert(bucket: UInt32) {
        if !contains(bucket) { insertNew(bucket) }
    }

    @inline(__always)
    func contains(_ bucket: UInt32) -> Bool {
        let word = Int(bucket >> 6)
        return word < words.count && words[word] & Self.bit(bucket) != 0
    }

    @inline(__always)
    private static func bit(_ bucket: UInt32) -> UInt64 { 1 << UInt64(bucket & 63) }

    private mutating func insertNew(_ bucket: UInt32) {
        while words.count <= Int(bucket >> 6) { words.append(0) }
        words[Int(bucket >> 6)] |= Self.bit(bucket)
        count += 1
    }

    /// In ascending order.
    var members: [UInt32] {
        var members: [UInt32] = []
        members.reserveCapacity(count)
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                members.append(UInt32(index << 6 + rest.trailingZeroBitCount))
                rest &= rest - 1
            }
        }
        return members
    }

    mutating func removeAll() {
        for index in words.indices { words[index] = 0 }
        count = 0
    }
}
