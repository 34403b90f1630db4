import CRDKafka

extension Consumer {
    /// Answers `.assigned`: reads these partitions from these offsets.
    ///
    /// With partitions assigned already it replaces them, for instance behind a gap that the operator accepts.
    /// - Parameter timeoutMs: for looking up `.beginning` and `.end`; concrete offsets need no answer.
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

    /// Reads assigned partitions again from these offsets; the others go on where they are, behind what the
    /// current batch holds. The batch and everything fetched for the partitions are dropped.
    ///
    /// An error leaves the partitions in a state of their own: close the consumer.
    ///
    /// While a rebalance waits for its answer nothing is moved: those partitions are on their way out. They have no
    /// position any more, since what was polled of them is not to be counted as passed.
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

    /// librdkafka is given concrete offsets alone. In 2.0.2 the late answer to its own look-up of a logical
    /// one makes it look up again half a second later, even when the partition was moved to a concrete offset
    /// meanwhile, and throws the partition back to the beginning or forward to the end.
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
