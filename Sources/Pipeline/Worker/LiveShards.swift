import Inventory
import Wire

/// The recovered shards of the assigned partitions.
final class LiveShards {
    let shards: [Shard]
    let placement: StatePlacement
    /// The state that a rebuild has yet to replace, in a transaction that writes all of it.
    private(set) var former: FormerState?
    /// By input partition.
    private let routes: [Route?]
    private var productPartitions = ProductPartitions()

    /// The shard of an input partition, and the partition's index in it.
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
    /// Whether a row differs from what was published, or may.
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
    /// Every shard that writes anything first commits an offset of its own, moved or not. With the offsets Kafka
    /// checks the group's generation, so an evicted worker cannot publish. And the next owner, who asks for stable
    /// offsets first, waits for every transaction that touches its state, even if not all records have reached the
    /// state topic.
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
                "product \(settings.ids.string(product)) is in partitions \(one.rawValue) and \(other.rawValue) of "
                    + "\(settings.inputTopic), though input.keyed_by says product. Have the producers key their "
                    + "events by product_id, or set input.keyed_by: none and start once, with one daemon and "
                    + "workers: 1, with --rebuild.")
        }
    }

    /// The shards as of the last commit: only chunks that were touched since the last time are copied.
    func snapshot(isCatchingUp: Bool) -> WorkerSnapshot {
        WorkerSnapshot(
            shards.map { shard in
                shard.aggregate.refreshShown(&shard.shown)
                return WorkerSnapshot.Shard(
                    chunks: shard.shown, catalog: shard.aggregate.catalog, pairs: shard.aggregate.pairCount,
                    names: shard.aggregate.nameCount, positions: shard.committedPositions,
                    history: shard.history?.history.asOf, term: shard.term)
            }, isCatchingUp: isCatchingUp)
    }
}
