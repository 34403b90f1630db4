/// The partition of each product, to notice an input that is not keyed by product though it should be.
public struct ProductPartitions {
    private var owners: [ProductID: Partition] = [:]
    private var checkedPairs: [Partition: Int] = [:]
    /// Pairs without events, known only by published alerts: several shards may have the same one.
    private var quiet: [Partition: Set<UInt32>] = [:]

    public init() {}

    /// Looks at the pairs that a partition's shard has gained; returns a product that another partition has too.
    public mutating func conflict(
        in shard: borrowing Aggregate, of partition: Partition
    ) -> (product: ProductID, Partition, Partition)? {
        if quiet[partition]?.isEmpty == false {
            for touched in shard.journal.touched where touched.events == 0 {
                guard quiet[partition]?.remove(touched.entryIndex) != nil else { continue }
                if let found = take(shard.pair(at: Int(touched.entryIndex)).product, partition) {
                    return found
                }
            }
        }
        let first = checkedPairs[partition, default: 0]
        checkedPairs[partition] = shard.pairCount
        for entryIndex in first..<shard.pairCount {
            if shard.table.entries[entryIndex].events == 0 {
                quiet[partition, default: []].insert(UInt32(entryIndex))
            } else if let found = take(shard.pair(at: entryIndex).product, partition) {
                return found
            }
        }
        return nil
    }

    private mutating func take(
        _ product: ProductID, _ partition: Partition
    ) -> (product: ProductID, Partition, Partition)? {
        if let owner = owners[product], owner != partition { return (product, owner, partition) }
        owners[product] = partition
        return nil
    }
}
