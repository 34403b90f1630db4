import Inventory
import Pipeline

/// Which input a snapshot reflects, and when it was last known to be current.
struct Freshness: Sendable {
    /// By partition, the next input offset of each.
    var offsets: [PartitionPosition] = []
    /// Microseconds since the epoch; nil before anything was shown.
    var asOf: Timestamp?
    var ageMicroseconds: Int64 = 0
    /// Older than `staleMicroseconds`, or not known.
    var isStale = true

    static let staleMicroseconds: Int64 = 5_000_000

    init() {}

    /// As old as its oldest part; without a connection to Kafka nothing is known to be current.
    init(_ snapshot: ViewStore.Snapshot, now: Int64, wall: Int64) {
        var newest: [Partition: (version: UInt64, offset: Offset)] = [:]
        var freshAt = Int64.max
        for (worker, at) in zip(snapshot.workers, snapshot.freshAt) {
            freshAt = min(freshAt, worker == nil ? 0 : at)
            guard let worker else { continue }
            for position in worker.positions where worker.version >= newest[position.partition]?.version ?? 0 {
                newest[position.partition] = (worker.version, position.offset)
            }
        }
        offsets = newest.sorted { $0.key < $1.key }.map { PartitionPosition($0.key, $0.value.offset) }
        if let lost = snapshot.disconnectedAt { freshAt = min(freshAt, lost) }
        guard freshAt > 0, freshAt != .max else { return }
        ageMicroseconds = max(0, now - freshAt)
        asOf = Timestamp(microseconds: wall - ageMicroseconds)
        isStale = ageMicroseconds > Self.staleMicroseconds
    }
}
