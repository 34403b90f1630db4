import Inventory
import Pipeline

/// The open alerts as of the newest change: those of a snapshot, and later commits.
struct AlertTable: Sendable {
    var rows: [AlertRow]
    /// The newest change in it.
    var through: UInt64
    var freshness: Freshness

    /// Nil when changes since a worker's snapshot are no longer kept; its next one will have them.
    init?(_ model: ReadModel, _ snapshot: ViewStore.Snapshot) {
        var changed: [Pair: AlertRow?] = [:]
        for (worker, latest) in snapshot.latest.enumerated() {
            let shown = snapshot.workers[worker]?.changesThrough ?? 0
            if latest <= shown { continue }
            // The log may begin after the first change that this snapshot lacks.
            guard let oldest = snapshot.log.first?.first, oldest <= shown + 1 else { return nil }
            for block in snapshot.log where block.worker == worker {
                for (index, change) in block.changes.enumerated()
                where block.first + UInt64(index) > shown {
                    let row = change.level == nil ? nil : change.row
                    changed[change.pair] = .some(
                        row.map { AlertRow($0, since: change.since, incident: change.incident) })
                }
            }
        }
        rows = changed.isEmpty ? model.alerts : model.alerts.filter { changed[$0.row.pair] == nil }
        rows += changed.values.compactMap { $0 }
        through = snapshot.newest
        freshness = model.freshness
    }
}
