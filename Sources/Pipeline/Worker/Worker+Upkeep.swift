/// What a turn does besides events.
extension Worker {
    /// Whether to commit: records that were taken, something to publish, or a checkpoint.
    func isCommitDue(_ live: LiveShards) -> Bool {
        let nowMs = session.nowMs
        if let transaction, transaction.records > 0 {
            return policy.isDue(
                records: transaction.records, changes: live.journalLength, startedMs: transaction.startedMs,
                nowMs: nowMs)
        }
        return isPublishingDue(live)
            || checkpointer.isDue(nowMs: nowMs, events: live.offsetsSinceCheckpoint)
                && (checkpointer.isRequired || live.isCheckpointUseful(session.position))
    }

    /// Reference data or a recovery left something to publish, though no event came.
    private func isPublishingDue(_ live: LiveShards) -> Bool {
        live.hasPendingChanges || !reference.rejected.isEmpty
    }

    /// How long a poll may wait: not at all while there is something to commit or to recover.
    var waitMs: Int64 {
        switch assignment {
        case .recovering: return 0
        case .running(let running):
            if let transaction, transaction.records > 0 { return policy.waitForMoreMs }
            if isPublishingDue(running.live) { return 0 }
        case .unassigned, .standby: break
        }
        // Reference topics are polled between two polls of the input.
        return reference.hasTopics ? 20 : 100
    }

    func joinReferenceRows() {
        guard reference.hasNews(inbox), transaction == nil, let live = assignment.live else { return }
        reference.join(live.shards)
        live.former?.restorePublished()
    }

    /// Shows readers what is committed.
    func publishViews() {
        guard transaction == nil, assignment.live.map({ !$0.hasPendingChanges }) ?? true else { return }
        switch assignment {
        // The last snapshot stays, and its age grows.
        case .unassigned, .recovering: return
        case .standby, .running:
            let isBacklog = policy.isBacklog
            views?.publish(nowMs: session.nowMs, isCatchingUp: isBacklog) {
                assignment.live?.snapshot(isCatchingUp: isBacklog) ?? WorkerSnapshot([])
            }
        }
    }
}
