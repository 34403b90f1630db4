import Inventory
import Wire

extension StateLoader {
    /// Makes the movement log fit for use, if there is one.
    func finishMovements(_ aggregate: inout Aggregate) {
        guard settings.mayFollowRows, let summary = stored.movementLog else { return }
        aggregate.finishRestoringMovements(truncated: summary.truncated)
    }

    /// Why what is there of the movement log is none.
    var movementLack: LogFailure? {
        guard settings.mayFollowRows else { return nil }
        let found = foundMovements
        guard let summary = stored.movementLog else {
            return found.count == 0 ? nil : incomplete(of: 0, found.count)
        }
        let barrier = stored.barriers[summary.partition]?.offset
        guard summary.offset == barrier, summary.stamp.generation == stored.whole else {
            return .misconfigured(
                "\(settings.stateTopic) remembers what each event moved as of offset \(summary.offset.rawValue) of "
                    + "\(settings.inputTopic)[\(summary.partition.rawValue)], but the stock as of "
                    + "\(barrier?.rawValue ?? 0): in between, stockd ran with input.format: json. Start once with "
                    + "--rebuild to recompute both from the log.")
        }
        guard UInt64(found.count) == summary.count else { return incomplete(of: summary.count, found.count) }
        guard summary.digest == nil || summary.digest == found.digest else {
            return .misconfigured(
                "\(settings.stateTopic) does not hold what its checkpoint \(stored.whole) says that each event moved. "
                    + "Was part of the topic deleted or written by something else? Start once with --rebuild to "
                    + "recompute the stock from the log.")
        }
        return nil
    }

    private func incomplete(of promised: UInt64, _ found: Int) -> LogFailure {
        .misconfigured(
            "\(settings.stateTopic) is incomplete: its checkpoint names \(promised) events that rows may change, "
                + "and \(found) are there. Was part of the topic deleted? Start once with --rebuild to "
                + "recompute the stock from the log.")
    }
}
