import Inventory

/// Where each product was seen, to notice an input that is not keyed by product though it should be.
struct ProductPartitions {
    private var owners: [ProductID: Partition] = [:]
    private var checkedPairs: [Partition: Int] = [:]
    /// Pairs without events, of which only the ledger knows: several shards may have one.
    private var quiet: [Partition: Set<UInt32>] = [:]

    mutating func removeAll() {
        owners.removeAll()
        checkedPairs.removeAll()
        quiet.removeAll()
    }

    /// Looks at the pairs that a shard has gained; returns a product that another partition has too.
    mutating func conflict(in shard: Shard) -> (product: ProductID, Partition, Partition)? {
        let partition = shard.lanes[0].partition
        if quiet[partition]?.isEmpty == false {
            for slot in shard.aggregate.slotsWithFirstEvent where quiet[partition]?.remove(slot) != nil {
                if let found = take(Int(slot), of: shard, partition) { return found }
            }
        }
        let first = checkedPairs[partition, default: 0]
        guard shard.aggregate.pairCount > first else { return nil }
        checkedPairs[partition] = shard.aggregate.pairCount
        for slot in first..<shard.aggregate.pairCount {
            guard shard.aggregate.hasEvents(at: slot) else {
                quiet[partition, default: []].insert(UInt32(slot))
                continue
            }
            if let found = take(slot, of: shard, partition) { return found }
        }
        return nil
    }

    private mutating func take(
        _ slot: Int, of shard: Shard, _ partition: Partition
    ) -> (product: ProductID, Partition, Partition)? {
        let product = shard.aggregate.pair(at: slot).product
        if let owner = owners[product], owner != partition { return (product, owner, partition) }
        owners[product] = partition
        return nil
    }
}
