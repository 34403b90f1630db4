import Inventory
import Wire

/// The barriers of a shard, both of each input partition, and which generation of checkpoints they make whole.
struct StoredBarriers {
    private var barriers: [StateRecord.Key: Barrier] = [:]
    /// The newest whole generation; 0 where no release counted them.
    private(set) var whole: UInt64 = 0

    mutating func take(_ barrier: Barrier) {
        barriers[StateRecord.Key(.barrier(barrier.partition), slot: barrier.stamp.slot)] = barrier
        let generation = barrier.stamp.generation
        guard generation > whole else { return }
        // Without transactions those of one generation do not come all at once.
        let found = barriers.values.count { $0.stamp.generation == generation }
        if found == Int(barrier.laneCount) { whole = generation }
    }

    mutating func remove(_ key: StateRecord.Key) { barriers[key] = nil }

    /// The whole generation's, by input partition.
    var chosen: [Partition: Barrier] {
        let chosen = barriers.values.filter { $0.stamp.generation == whole }
        return Dictionary(chosen.map { ($0.partition, $0) }) { $1 }
    }

    var all: [Barrier] { Array(barriers.values) }

    /// Everything that is there of these partitions' barriers, or of all others'.
    func keys(where isWanted: (Partition) -> Bool) -> [StateRecord.Key] {
        barriers.filter { isWanted($0.value.partition) }.map(\.key)
    }
}
