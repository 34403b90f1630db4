import Inventory
import Pipeline

extension Simulation {
    /// Compaction and retention, whenever they come.
    func tidyTopics() {
        for state in cluster.topics[.state]! where cluster.random.happens(500) {
            let limit =
                cluster.random.happens(500) ? state.end : Int64(cluster.random.below(Int(state.end) + 1))
            if state.compact(below: limit) { cluster.coverage.reached(.stateCompacted) }
        }
        for topic in [Topic.products, .warehouses] where reference.mayCompact {
            for partition in cluster.topics[topic]! where cluster.random.happens(300) {
                if partition.compact(below: partition.end) { cluster.coverage.reached(.referenceCompacted) }
            }
        }
        // With a checkpoint in each transaction nothing before the committed offset is needed again.
        guard settings.checkpointIntervalMs == 0, !rebuilds.mayCome else { return }
        for (partition, offset) in cluster.groupOffsets.sorted(by: { $0.key < $1.key })
        where cluster.random.happens(500) {
            cluster.partition(.input, Int(partition)).trim(to: offset)
            cluster.coverage.reached(.inputTrimmed)
        }
    }
}
