import CRDKafka

extension Consumer {
    /// The partitions this member reads now.
    public var assignment: [Int32] { assigned }

    /// Answers `.assigned`: reads these partitions from these places.
    ///
    /// With partitions assigned already it replaces them, for instance behind a gap that the operator accepts.
    public func assign(_ starts: [PartitionOffset]) throws(KafkaError) {
        fetcher.release()
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

    /// Reads assigned partitions again from these places; the others go on where they are, behind what the
    /// current batch holds. The batch and everything fetched for the partitions are dropped.
    ///
    /// An error leaves the partitions in a state of their own: close the consumer.
    ///
    /// While a rebalance waits for its answer nothing is moved: those partitions are on their way out.
    public func rewind(to places: [PartitionOffset]) throws(KafkaError) {
        fetcher.release()
        if inbox.unanswered != nil { return }
        let own = places.filter { assigned.contains($0.partition) }
        try seek(own)
        fetcher.rewind(to: own)
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
