import Inventory
import Wire

@testable import Pipeline

/// Follows what a worker shows the way a reader of `/v1/changes` does: a table first, then its changes.
final class ChangeReader {
    let store = ViewStore(workers: 1)
    /// The number of the last change heard; nil before the first table.
    private var heard: UInt64?
    private var table: [Pair: AlertLevel] = [:]

    /// Takes in what was told since the last look. What is wrong with it, or nil.
    func look(_ cluster: SimCluster, _ settings: PipelineSettings) -> String? {
        guard let after = heard, let blocks = store.blocks(after: after) else {
            takeTable()
            return nil
        }
        for block in blocks {
            for change in block.changes {
                guard table[change.pair] == change.previousLevel else {
                    return "a reader knows \(String(describing: table[change.pair])) and is told \(change)"
                }
                guard isCommitted(change, cluster, settings) else {
                    return "told before its commit: \(change)"
                }
                table[change.pair] = change.level
            }
            heard = block.last
        }
        let moment = store.snapshot()
        if let cut = moment.cuts[0], cut.changesThrough == moment.newest, heard == moment.newest,
            table != Self.alerts(cut)
        {
            return "a reader's table is not the cut's: \(table) and \(Self.alerts(cut))"
        }
        return nil
    }

    private func takeTable() {
        let moment = store.snapshot()
        guard let cut = moment.cuts[0], cut.changesThrough >= moment.newest else { return }
        table = Self.alerts(cut)
        heard = moment.newest
    }

    private static func alerts(_ cut: WorkerSnapshot) -> [Pair: AlertLevel] {
        var alerts: [Pair: AlertLevel] = [:]
        for chunk in cut.shards.flatMap(\.chunks) {
            for cell in chunk.entries where cell.isVisible { alerts[cell.pair] = cell.level }
        }
        return alerts
    }

    private func isCommitted(
        _ change: AlertChange, _ cluster: SimCluster, _ settings: PipelineSettings
    ) -> Bool {
        guard settings.alertFormat == .changes else { return true }
        var out = ByteWriter()
        AlertEncoder.change(change, into: &out)
        let bytes = out.bytes
        return cluster.commits.reversed().contains { commit in
            commit.records.contains { $0.topic == .alerts && $0.record.value == bytes }
        }
    }
}
