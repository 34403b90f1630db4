import Inventory
import Wire

extension StateLoader {
    /// Makes the movement log fit for use, if there is one, or says why it is none.
    func finishMovements(_ aggregate: inout Aggregate) throws(LogFailure) {
        guard settings.mayFollowRows else { return }
        guard let summary = stored.movementLog else {
            guard aggregate.movementCount == 0 else { throw incomplete(of: 0, aggregate.movementCount) }
            return
        }
        let barrier = stored.barriers[summary.partition]?.offset
        guard summary.offset == barrier, summary.stamp.generation == stored.whole else {
            throw .misconfigured(
                "\(settings.stateTopic) remembers what each event moved as of offset \(summary.offset.rawValue) of "
                    + "\(settings.inputTopic)[\(summary.partition.rawValue)], but the stock as of "
                    + "\(barrier?.rawValue ?? 0): in between, stockd ran with input.format: json. Start once with "
                    + "--rebuild to recompute both from the log.")
        }
        guard UInt64(aggregate.movementCount) == summary.count else {
            throw incomplete(of: summary.count, aggregate.movementCount)
        }
        aggregate.finishRestoringMovements(truncated: summary.truncated)
    }

    private func incomplete(of promised: UInt64, _ found: Int) -> LogFailure {
        .misconfigured(
            "\(settings.stateTopic) is incomplete: its checkpoint names \(promised) events that rows may change, "
                + "and \(found) are there. Was part of the topic deleted? Start once with --rebuild to "
                + "recompute the stock from the log.")
    }
}
