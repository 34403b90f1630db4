import Inventory

/// Where each product was seen, to notice an input that is not keyed by product though it should be.
struct ProductPartitions {
    private var owners: [ProductID: Partition] = [:]
    private var checkedPairs: [Partition: Int] = [:]

    mutating func removeAll() {
        owners.removeAll()
        checkedPairs.removeAll()
    }

    /// Looks at the pairs that a shard has gained; returns a product that another partition has too.
    mutating func conflict(in shard: Shard) -> (product: ProductID, Partition, Partition)? {
        let partition = shard.lanes[0].partition
        let first = checkedPairs[partition, default: 0]
        guard shard.aggregate.pairCount > first else { return nil }
        checkedPairs[partition] = shard.aggregate.pairCount
        for slot in first..<shard.aggregate.pairCount {
            let product = shard.aggregate.pair(at: slot).product
            if let owner = owners[product], owner != partition { return (product, owner, partition) }
            owners[product] = partition
        }
        return nil
    }
}
