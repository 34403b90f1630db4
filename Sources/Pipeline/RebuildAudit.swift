import Inventory
import Synchronization

/// Holds what a rebuild recomputed from the log against what the checkpoint had stored for the same offsets.
final class RebuildAudit {
    private let stored: Aggregate
    /// So many differing pairs are logged; more would fill the journal and hold the worker up.
    static let detailLimit = 1_000

    init(_ stored: consuming Aggregate) { self.stored = stored }

    /// Says of the first pairs whose stock, time or count differs what they were and what they are now, then how
    /// many there are.
    func report(_ shard: Shard, _ telemetry: Telemetry) {
        var pairs = 0
        var differed = 0
        stored.forEachCell { before in
            pairs += 1
            let after = shard.aggregate.cell(of: before.pair)
            guard before != after else { return }
            differed += 1
            if differed <= Self.detailLimit {
                telemetry.rebuildDiffers(before.pair, before: before, after: after)
            }
        }
        shard.aggregate.forEachCell { after in
            guard stored.cell(of: after.pair) == nil else { return }
            pairs += 1
            differed += 1
            if differed <= Self.detailLimit {
                telemetry.rebuildDiffers(after.pair, before: nil, after: after)
            }
        }
        telemetry.rebuilt(
            shard.partitions, pairs: pairs, differed: differed, shown: min(differed, Self.detailLimit))
    }
}

/// The partitions that this process has rebuilt, and checkpointed since; shared by its workers.
public final class RebuiltPartitions: Sendable {
    private let partitions = Mutex<Set<Partition>>([])

    public init() {}

    func insert(_ rebuilt: [Partition]) { partitions.withLock { $0.formUnion(rebuilt) } }

    func contains(_ group: [Partition]) -> Bool {
        partitions.withLock { partitions in group.allSatisfy { partitions.contains($0) } }
    }
}
