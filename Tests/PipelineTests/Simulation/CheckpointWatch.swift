import Inventory
import Wire

/// Follows the checkpoints in the committed state records: which were spread over transactions, and what became of
/// those that never were whole.
struct CheckpointWatch {
    private var newest: [[UInt8]: UInt64] = [:]
    /// Generations with a record in a committed transaction.
    private var begun: Set<UInt64> = []
    private var whole: Set<UInt64> = []

    /// - Returns: what was reached.
    mutating func take(_ commit: SimTransaction) -> [Probe] {
        var reached: [Probe] = []
        var written: Set<UInt64> = []
        for (topic, record) in commit.records where topic == .state {
            guard let key = record.key else { continue }
            guard let state = CommitChecker.read(record) else {
                newest[key] = nil
                reached.append(.leftoverDeleted)
                continue
            }
            guard let stamp = state.stamp else { continue }
            if case .barrier = state {
                if begun.contains(stamp.generation) { reached.append(.checkpointSpread) }
                whole.insert(stamp.generation)
            } else if let before = newest[key], before < stamp.generation, !whole.contains(before) {
                reached.append(.leftoverReplaced)
            }
            newest[key] = stamp.generation
            written.insert(stamp.generation)
        }
        begun.formUnion(written)
        return reached
    }
}
