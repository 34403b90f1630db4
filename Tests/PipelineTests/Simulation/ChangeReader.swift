import Inventory
import Wire

@testable import Pipeline

/// Follows what a worker shows the way a reader of `/v1/changes` does: a table first, then its changes.
final class ChangeReader {
    let store = ViewStore(workers: 1, numbersTerms: true)
    private let number = Int.random(in: .min ... .max)
    /// The number of the last change read; nil before the first table.
    private var heard: UInt64?
    private var table: [Pair: AlertLevel] = [:]

    /// Takes the changes since the last call. Returns what is wrong with them, or nil.
    func look(_ cluster: SimCluster, _ settings: PipelineSettings) -> String? {
        for shard in store.snapshot().workers[0]?.shards ?? [] {
            if let problem = cluster.terms.note(shard, settings.keyedBy, reader: number) { return problem }
        }
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
        let snapshot = store.snapshot()
        if let worker = snapshot.workers[0], worker.changesThrough == snapshot.newest,
            heard == snapshot.newest,
            table != Self.alerts(worker)
        {
            return "a reader's table is not the worker's: \(table) and \(Self.alerts(worker))"
        }
        return nil
    }

    private func takeTable() {
        let snapshot = store.snapshot()
        guard let worker = snapshot.workers[0], worker.changesThrough >= snapshot.newest else { return }
        table = Self.alerts(worker)
        heard = snapshot.newest
    }

    private static func alerts(_ worker: WorkerSnapshot) -> [Pair: AlertLevel] {
        var alerts: [Pair: AlertLevel] = [:]
        for chunk in worker.shards.flatMap(\.chunks) {
            for entry in chunk.entries where entry.isVisible { alerts[entry.pair] = entry.level }
        }
        return alerts
    }

    private func isCommitted(
        _ change: AlertChange, _ cluster: SimCluster, _ settings: PipelineSettings
    ) -> Bool {
        guard settings.alertFormat == .changes else { return true }
        var out = ByteWriter()
        AlertEncoder.change(change, settings.ids, into: &out)
        let bytes = out.bytes
        return cluster.commits.reversed().contains { commit in
            commit.records.contains { $0.topic == .alerts && $0.record.value == bytes }
        }
    }
}
