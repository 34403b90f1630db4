import Inventory
import Synchronization

/// Holds what a rebuild recomputed from the log against what the checkpoints had stored for the same offsets.
///
/// Either may be several aggregates, of which a pair is usually in one.
final class RebuildAudit {
    private final class Stored {
        let aggregate: Aggregate
        init(_ aggregate: consuming Aggregate) { self.aggregate = aggregate }
    }

    private var stored: [Stored] = []
    /// So many differing pairs are logged; more would fill the journal and hold the worker up.
    static let detailLimit = 1_000

    init() {}

    init(_ stored: consuming Aggregate) { add(stored) }

    func add(_ aggregate: consuming Aggregate) { stored.append(Stored(aggregate)) }

    /// Says of the first pairs whose stock, time or count differs what they were and what they are now, then how
    /// many there are.
    func report(_ shards: [Shard], _ telemetry: Telemetry) {
        var pairs = 0
        var differed = 0
        func compare(_ pair: Pair) {
            pairs += 1
            let (before, after) = (before(pair), after(pair, shards))
            guard before != after else { return }
            differed += 1
            if differed <= Self.detailLimit { telemetry.rebuildDiffers(pair, before: before, after: after) }
        }
        for (index, part) in stored.enumerated() {
            part.aggregate.forEachCell { cell in
                if !stored[..<index].contains(where: { $0.aggregate.cell(of: cell.pair) != nil }) {
                    compare(cell.pair)
                }
            }
        }
        for (index, shard) in shards.enumerated() {
            shard.aggregate.forEachCell { cell in
                let isKnown = shards[..<index].contains { $0.aggregate.cell(of: cell.pair) != nil }
                if !isKnown, before(cell.pair) == nil { compare(cell.pair) }
            }
        }
        telemetry.rebuilt(
            shards.flatMap(\.partitions), pairs: pairs, differed: differed,
            shown: min(differed, Self.detailLimit))
    }

    private func before(_ pair: Pair) -> CellImage? {
        stored.reduce(nil) { Self.sum($0, $1.aggregate.cell(of: pair)) }
    }

    private func after(_ pair: Pair, _ shards: [Shard]) -> CellImage? {
        shards.reduce(nil) { Self.sum($0, $1.aggregate.cell(of: pair)) }
    }

    private static func sum(_ one: CellImage?, _ other: CellImage?) -> CellImage? {
        guard var sum = one, let other else { return one ?? other }
        sum.stock &+= other.stock
        sum.lastUpdated = max(sum.lastUpdated, other.lastUpdated)
        sum.events =
            sum.events.addingReportingOverflow(other.events).overflow ? .max : sum.events + other.events
        return sum
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
