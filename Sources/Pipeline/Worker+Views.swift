import Inventory

extension Worker {
    /// Shows the views to whoever reads them, only while what they would show is committed.
    func publishViews() {
        guard !transaction.hasWork, !shards.contains(where: { $0.aggregate.hasPendingChanges }) else {
            return
        }
        let receivers = inbox.takeViewRequests()
        if !receivers.isEmpty {
            let snapshot = ViewSnapshot(cut())
            for receive in receivers { receive(snapshot) }
        }
        // Between assignments and while it recovers, what was shown last stands and its age grows.
        switch phase {
        case .recovering: return
        case .unassigned where !isStandingBy: return
        case .unassigned, .running: break
        }
        views?.publish(nowMs: log.nowMs) { cut() }
    }

    /// The shards as of the last commit: only chunks that were touched since the last cut are copied.
    private func cut() -> WorkerCut {
        guard case .running = phase else { return WorkerCut([]) }
        return WorkerCut(
            shards.map { shard in
                shard.aggregate.refreshShown(&shard.shown)
                return WorkerCut.Shard(
                    chunks: shard.shown, catalog: shard.aggregate.catalog, pairs: shard.aggregate.pairCount,
                    positions: shard.committedPositions)
            })
    }
}
