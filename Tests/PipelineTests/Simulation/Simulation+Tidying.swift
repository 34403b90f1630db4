import Inventory
import Pipeline

extension Simulation {
    /// Compaction and retention, at random times.
    func tidyTopics() {
        for state in cluster.topics[.state]! where cluster.random.happens(500) {
            let limit =
                cluster.random.happens(500) ? state.end : Int64(cluster.random.below(Int(state.end) + 1))
            if state.compact(below: limit) { cluster.coverage.reached(.stateCompacted) }
        }
        for topic in ReferenceKind.allCases.map(Topic.reference) where reference.mayCompact {
            for partition in cluster.topics[topic]! where cluster.random.happens(300) {
                if partition.compact(below: partition.end) { cluster.coverage.reached(.referenceCompacted) }
            }
        }
        // Records before a checkpoint are never needed again.
        guard settings.checkpointIntervalMs == 0, !rebuilds.mayCome else { return }
        for (partition, offset) in checkpointed.sorted(by: { $0.key < $1.key })
        where cluster.random.happens(500) {
            cluster.partition(.input, Int(partition)).trim(to: offset)
            cluster.coverage.reached(.inputTrimmed)
        }
    }

    /// By input partition, the offset of the newest checkpoint.
    private var checkpointed: [Int32: Int64] {
        var offsets: [Int32: Int64] = [:]
        for record in cluster.topics[.state]!.flatMap(\.committedRecords) {
            guard case .checkpoint(let checkpoint) = CommitChecker.read(record) else { continue }
            let partition = checkpoint.partition.rawValue
            offsets[partition] = max(offsets[partition] ?? 0, checkpoint.offset.rawValue)
        }
        return offsets
    }
}
