import CRDKafka

extension Consumer {
    /// The partitions this member reads now.
    public var assignment: [Int32] { assigned }

    /// Answers `.assigned`: reads these partitions from these places.
    ///
    /// Called again later with the same partitions it moves them: see `rewind`.
    public func assign(_ starts: [PartitionOffset]) throws(KafkaError) {
        fetcher.release()
        let topic = settings.topic
        try set(starts, limitMs: Self.memoryCallLimitMs, topic)
        assigned = starts.map(\.partition)
        fetcher.restart(at: starts)
        inbox.unanswered = nil
        cachedMetadata = nil
    }

    /// Answers `.revoked` or `.lost`: gives all partitions back, and the group goes on.
    public func unassign() throws(KafkaError) {
        fetcher.release()
        // librdkafka leaves WAIT_ASSIGN_CALL only for a list, be it empty, and WAIT_UNASSIGN_CALL only for none.
        if case .assigned = inbox.unanswered {
            try set([], limitMs: Self.memoryCallLimitMs, settings.topic)
        } else {
            try set(nil, limitMs: Self.memoryCallLimitMs, settings.topic)
        }
        assigned = []
        fetcher.restart(at: [])
        inbox.unanswered = nil
        cachedMetadata = nil
    }

    /// Reads assigned partitions again from these places; the others go on where they are. Everything that
    /// was fetched, the current batch included, is dropped.
    ///
    /// This assigns anew instead of seeking. In librdkafka 2.0.2 `rd_kafka_seek_partitions` takes its time-out
    /// a thousand times too short, and a seek fails on a partition that is not being fetched yet; an
    /// assignment raises the partition's version before it returns, which outdates all that was fetched,
    /// and carries the offset with it. The group does not notice.
    public func rewind(to places: [PartitionOffset]) throws(KafkaError) {
        // Partitions that are on their way out are not read again by us; assigning them would only clear
        // the lost mark.
        if inbox.unanswered != nil {
            fetcher.release()
            return
        }
        let wanted = Dictionary(places.map { ($0.partition, $0.offset) }) { $1 }
        let starts = assigned.map { partition in
            PartitionOffset(partition, wanted[partition] ?? fetcher.resumePoint(of: partition))
        }
        try set(starts, limitMs: Self.memoryCallLimitMs, settings.topic)
        fetcher.restart(at: starts)
    }

    /// The offset behind the last record (or end of partition) that `poll` passed: what to commit.
    /// Nil until the first one when the partition started at a logical place.
    public func position(of partition: Int32) -> Int64? { fetcher.positions[partition] }

    /// `position` of every assigned partition that has one.
    public var positions: [PartitionOffset] {
        assigned.compactMap { partition in
            fetcher.positions[partition].map { PartitionOffset(partition, $0) }
        }
    }

    private func set(_ starts: [PartitionOffset]?, limitMs: Int32, _ topic: String) throws(KafkaError) {
        let code = client.bounded(limitMs: limitMs) { handle in
            guard let starts else { return rd_kafka_assign(handle, nil) }
            return OffsetList.with(starts, topic: topic) { rd_kafka_assign(handle, $0) }
        }
        guard let code else { throw .hung("rd_kafka_assign") }
        if let error = KafkaError.describing(code, on: client.handle) { throw error }
    }
}
