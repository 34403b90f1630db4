import Inventory
import Wire

/// The shards of the assigned partitions, as far as the worker has come.
final class LiveShards {
    let shards: [Shard]
    let placement: StatePlacement
    /// What a rebuild is still to replace; its transaction writes the whole state.
    private(set) var former: FormerState?
    /// By input partition.
    private let routes: [Route?]
    private var productPartitions = ProductPartitions()

    /// Which shard has an input partition, and which of its inputs it is.
    struct Route {
        let shard: Int
        let input: Int
    }

    init(_ shards: [Shard], _ placement: StatePlacement, replacing former: FormerState?) {
        self.shards = shards
        self.placement = placement
        self.former = former
        var routes: [Route?] = []
        for (index, shard) in shards.enumerated() {
            for (input, partition) in shard.partitions.enumerated() {
                let number = Int(partition.rawValue)
                while routes.count <= number { routes.append(nil) }
                routes[number] = Route(shard: index, input: input)
            }
        }
        self.routes = routes
    }

    var partitions: [Partition] { shards.flatMap(\.partitions) }
    var committedPositions: [PartitionPosition] { shards.flatMap(\.committedPositions) }
    var pairCount: Int { shards.reduce(0) { $0 + $1.aggregate.pairCount } }
    /// How much the open transaction changed.
    var journalLength: Int { shards.reduce(0) { $0 + $1.aggregate.journalLength } }
    /// Something differs from what was published, or may.
    var hasPendingChanges: Bool { shards.contains { $0.aggregate.hasPendingChanges } }

    @inline(__always)
    func route(of partition: Partition) -> Route? {
        let index = Int(partition.rawValue)
        return index < routes.count ? routes[index] : nil
    }

    func shard(of partition: Partition) -> Shard? { route(of: partition).map { shards[$0.shard] } }

    /// How many offsets lie between the last checkpoint and the position.
    var offsetsSinceCheckpoint: Int64 {
        shards.reduce(0) { $0 + $1.inputs.reduce(0) { $0 + $1.next.rawValue - $1.checkpoint.rawValue } }
    }

    func isCheckpointUseful(_ position: (Partition) -> Offset?) -> Bool {
        shards.contains { $0.isCheckpointUseful(position) }
    }

    /// The offsets to commit.
    ///
    /// Every shard that is to write anything commits an offset of its own, moved or not, before it writes. With
    /// the offsets Kafka checks the group's generation, without which a worker evicted unawares could still
    /// publish; and the next owner of a partition, who asks for its stable offset first, waits for every
    /// transaction that touches its state, also one whose records have not all reached the state topic yet.
    /// - Parameters:
    ///   - all: of every partition, so that the group's lag is known.
    ///   - withCheckpoint: each shard writes its part of a checkpoint.
    ///   - withRejectedRows: the shard of the first partition writes how far they were sent.
    func positionsToCommit(
        all: Bool, withCheckpoint: Bool, withRejectedRows: Bool, _ position: (Partition) -> Offset?
    ) -> [PartitionPosition] {
        let first = withRejectedRows ? shard(of: Partition(0)) : nil
        var positions: [PartitionPosition] = []
        for shard in shards {
            shard.passGaps(upTo: position)
            let moved = shard.inputs.filter { all || $0.next != $0.committed }
            let writes = withCheckpoint || shard.aggregate.hasPendingChanges || shard === first
            let covering = moved.isEmpty && writes ? Array(shard.inputs.prefix(1)) : moved
            positions += covering.map { PartitionPosition($0.partition, $0.next) }
            shard.isCovered = !covering.isEmpty
        }
        if positions.isEmpty, let shard = shards.first, let input = shard.inputs.first {
            positions.append(PartitionPosition(input.partition, input.next))
            shard.isCovered = true
        }
        return positions
    }

    func commit(withCheckpoint: Bool) {
        for shard in shards { shard.commit(withCheckpoint: withCheckpoint) }
        former = nil
    }

    func rollback() { for shard in shards { shard.rollback() } }

    /// With the input keyed by product, a product in two partitions would have its stock split.
    func checkKeying(_ settings: PipelineSettings) throws(SessionFailure) {
        guard settings.keyedBy == .product else { return }
        for shard in shards {
            guard
                let (product, one, other) = productPartitions.conflict(
                    in: shard.aggregate, of: shard.inputs[0].partition)
            else { continue }
            throw .misconfigured(
                "product \(product.rawValue) is in partitions \(one.rawValue) and \(other.rawValue) of "
                    + "\(settings.inputTopic), though input.keyed_by says product. Have the producers key their "
                    + "events by product_id, or set input.keyed_by: none and start once, with one daemon and "
                    + "workers: 1, with --rebuild.")
        }
    }

    /// The shards as of the last commit: only chunks that were touched since the last time are copied.
    func snapshot() -> WorkerSnapshot {
        WorkerSnapshot(
            shards.map { shard in
                shard.aggregate.refreshShown(&shard.shown)
                return WorkerSnapshot.Shard(
                    chunks: shard.shown, catalog: shard.aggregate.catalog, pairs: shard.aggregate.pairCount,
                    positions: shard.committedPositions)
            })
    }
}
