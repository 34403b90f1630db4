/// Before-images of what the open transaction changed, for `consolidate` and `rollback`. The dedupe windows keep
/// their own.
struct Journal: ~Copyable {
    struct Touched {
        var entryIndex: UInt32
        var events: UInt32
        /// The newest event of this transaction that shaped the entry.
        var partition: Int32
        var offset: Int64
        var stock: Int64
        var lastUpdated: Int64
    }

    var touched: [Touched] = []
    var moved: [(key: MovementKey, before: Movement)] = []
    /// Events that were not known before.
    var added: [MovementKey] = []
    var truncated: [RowVersion?] = []
    var published: [(entryIndex: UInt32, before: PublishedAlert)] = []
    var stockFingerprints: [(entryIndex: UInt32, before: UInt64)] = []
    var rollupFingerprints: [(product: ProductID, before: UInt64)] = []

    mutating func clear() {
        touched.empty()
        moved.empty()
        added.empty()
        truncated.empty()
        published.empty()
        stockFingerprints.empty()
        rollupFingerprints.empty()
    }
}

extension Array {
    /// Keeps the memory for the next transaction, unless this one needed far less. A backlog has transactions of up
    /// to 1,000,000 events; what follows needs a thousandth of that.
    mutating func empty() {
        removeAll(keepingCapacity: capacity < 65_536 || count > capacity / 64)
    }
}
