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

    /// Everything was read: the newest generation that is whole is one whose barriers still stand. Without
    /// transactions a worker that was thought dead may have written over them.
    mutating func finish() {
        let generations = Dictionary(grouping: barriers.values) { $0.stamp.generation }
        let standing = generations.filter { $0.key > 0 && $0.value.count >= Int($0.value[0].laneCount) }
        whole = standing.keys.max() ?? 0
    }

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
