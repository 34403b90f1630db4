import Inventory
import Synchronization

/// Compares what was recomputed from the log with what the checkpoints had stored for the same offsets.
struct RebuildAudit {
    /// Ascending by pair, each once. A pair that was stored in two partitions is summed.
    private var stored: [StoredEntry] = []
    /// At most this many differing pairs are logged: more would fill the journal and hold the worker up.
    static let detailLimit = 1_000

    init(_ entries: [StoredEntry]) {
        for entry in entries.sorted(by: { $0.pair < $1.pair }) where entry.events > 0 {
            if let last = stored.last, last.pair == entry.pair {
                stored[stored.count - 1] = Self.sum(last, entry)
            } else {
                stored.append(entry)
            }
        }
    }

    /// Logs the first pairs whose stock, time or count differs, before and after, then how many there are.
    func report(_ shards: [Shard], _ telemetry: Telemetry) {
        var differed = 0
        var recomputed: [StoredEntry] = []
        for shard in shards { shard.aggregate.forEachEntry { recomputed.append($0) } }
        let pairs = compare(with: recomputed) { pair, before, after in
            differed += 1
            if differed <= Self.detailLimit { telemetry.rebuildDiffers(pair, before: before, after: after) }
        }
        telemetry.rebuilt(
            shards.flatMap(\.partitions), pairs: pairs, differed: differed,
            shown: min(differed, Self.detailLimit))
    }

    /// Hands out the pairs that differ, ascending.
    /// - Returns: how many pairs there are.
    func compare(
        with recomputed: [StoredEntry], _ differs: (Pair, _ before: StoredEntry?, _ after: StoredEntry?) -> Void
    ) -> Int {
        let after = RebuildAudit(recomputed).stored
        var (old, new, pairs) = (0, 0, 0)
        while old < stored.count || new < after.count {
            let isOld = new == after.count || (old < stored.count && stored[old].pair <= after[new].pair)
            let isNew = old == stored.count || (new < after.count && after[new].pair <= stored[old].pair)
            let (one, other) = (isOld ? stored[old] : nil, isNew ? after[new] : nil)
            if one != other, let pair = one?.pair ?? other?.pair { differs(pair, one, other) }
            pairs += 1
            if isOld { old += 1 }
            if isNew { new += 1 }
        }
        return pairs
    }

    private static func sum(_ one: StoredEntry, _ other: StoredEntry) -> StoredEntry {
        var sum = one
        sum.stock &+= other.stock
        sum.lastUpdated = max(sum.lastUpdated, other.lastUpdated)
        sum.events = UInt32(clamping: UInt64(sum.events) + UInt64(other.events))
        return sum
    }
}

/// The partitions that this process has rebuilt, and committed since; shared by its workers.
public final class RebuiltPartitions: Sendable {
    private let partitions = Mutex<Set<Partition>>([])

    public init() {}

    func insert(_ rebuilt: [Partition]) { partitions.withLock { $0.formUnion(rebuilt) } }

    func contains(_ group: [Partition]) -> Bool {
        partitions.withLock { partitions in group.allSatisfy { partitions.contains($0) } }
    }
}
