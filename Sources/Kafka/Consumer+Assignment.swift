import CRDKafka

extension Consumer {
    /// Answers `.assigned`: reads these partitions from these offsets.
    ///
    /// Replaces partitions that are assigned already, for instance to go on behind a gap that the operator accepts.
    /// - Parameter timeoutMs: for looking up `.beginning` and `.end`; concrete offsets need no request.
    public func assign(_ starts: [PartitionOffset], timeoutMs: Int32 = 10_000) throws(KafkaError) {
        fetcher.release()
        let starts = try resolve(starts, timeoutMs)
        let kept = Set(assigned).intersection(starts.map(\.partition))
        try set(starts)
        assigned = starts.map(\.partition)
        fetcher.restart(at: starts)
        inbox.unanswered = nil
        cachedMetadata = nil
        // A partition that is stopped twice in a row fails an assertion in librdkafka 2.0.2, which ends the
        // process. A seek that succeeds proves that the first stop is over.
        try seek(starts.filter { kept.contains($0.partition) })
    }

    /// Answers `.revoked` or `.lost`: gives all partitions back, and the group goes on.
    public func unassign() throws(KafkaError) {
        fetcher.release()
        // librdkafka leaves WAIT_ASSIGN_CALL only for a list, be it empty, and WAIT_UNASSIGN_CALL only for none.
        if case .assigned = inbox.unanswered {
            try set([])
        } else {
            try set(nil)
        }
        assigned = []
        fetcher.restart(at: [])
        inbox.unanswered = nil
        cachedMetadata = nil
    }

    /// Reads assigned partitions again from these offsets, and drops the batch and everything fetched for them. Other
    /// partitions go on behind the batch.
    ///
    /// After an error the state of the partitions is unknown: close the consumer.
    ///
    /// While a rebalance is unanswered nothing is moved, since the partitions are about to leave. They lose their
    /// position: what was polled of them must not be committed.
    public func rewind(to offsets: [PartitionOffset]) throws(KafkaError) {
        fetcher.release()
        if inbox.unanswered != nil {
            for offset in offsets { fetcher.positions[offset.partition] = nil }
            return
        }
        let own = try resolve(offsets.filter { assigned.contains($0.partition) }, Self.memoryCallLimitMs)
        try seek(own)
        fetcher.rewind(to: own)
    }

    /// The offset behind the last record (or end of partition) that `poll` passed: what to commit.
    /// Nil for a partition that is not assigned.
    public func position(of partition: Int32) -> Int64? { fetcher.positions[partition] }

    /// Gives librdkafka only concrete offsets. 2.0.2 looks a logical one up itself, and looks it up again half a
    /// second after a late response. That throws even a partition that was moved meanwhile back to the beginning or
    /// forward to the end.
    private func resolve(_ offsets: [PartitionOffset], _ timeoutMs: Int32) throws(KafkaError)
        -> [PartitionOffset]
    {
        let deadline = Deadline(afterMs: timeoutMs)
        var resolved = offsets
        for index in resolved.indices where resolved[index].offset < 0 {
            let ends = try watermarks(of: resolved[index].partition, timeoutMs: max(1, deadline.remainingMs))
            let isBeginning = resolved[index] == .beginning(resolved[index].partition)
            resolved[index].offset = isBeginning ? ends.low : ends.high
        }
        return resolved
    }

    private func set(_ starts: [PartitionOffset]?) throws(KafkaError) {
        let topic = settings.topic
        let code = client.bounded(limitMs: Self.memoryCallLimitMs) { handle in
            guard let starts else { return rd_kafka_assign(handle, nil) }
            return OffsetList.with(starts, topic: topic) { rd_kafka_assign(handle, $0) }
        }
        guard let code else { throw .hung("rd_kafka_assign") }
        if let error = KafkaError.describing(code, on: client.handle) { throw error }
    }
}
