import CRDKafka

/// How long a reader has waited in vain, and what it did about it.
struct ReaderStall {
    /// After this long without a record, the reader checks an end that it has not reached.
    var patienceMs: Int64 = 5000
    /// Fetches must return nothing for this long, over a hundred times, before the rest counts as empty: a mistake
    /// here would lose records.
    var proofMs: Int64 = 10_000
    static let queryTimeoutMs: Int32 = 2000

    var sinceMs: Int64?
    /// Partitions without an open transaction that a fresh client reads, to prove that nothing is left.
    var underProof: Set<Int32> = []
    var provedSinceMs: Int64?

    mutating func reset() { self = ReaderStall(patienceMs: patienceMs, proofMs: proofMs) }
}

extension PartitionReader {
    /// A reader may never reach an end: when compaction emptied the log before it, a fetch returns nothing and
    /// librdkafka reports no end of partition. Or librdkafka stopped fetching a partition after broker trouble. A
    /// fresh client tells: its first fetches bring records, or prove that there are none.
    func handleIdle() throws(KafkaError) {
        let missing = remaining
        if missing.isEmpty || session.client.context.connection.isDown { return stall.reset() }
        let now = Deadline.nowMs
        guard let since = stall.sinceMs else {
            stall.sinceMs = now
            return
        }
        if !stall.underProof.isEmpty { return try concludeProof(missing, now) }
        if now - since < stall.patienceMs { return }
        stall.sinceMs = now
        try beginProof(missing)
    }

    private func beginProof(_ missing: [Remaining]) throws(KafkaError) {
        var stable: Set<Int32> = []
        for range in missing where range.position != nil {
            // A stable end below the end means an open transaction, no stall.
            if try stableEnd(of: range.partition, timeoutMs: ReaderStall.queryTimeoutMs) >= range.end {
                stable.insert(range.partition)
            }
        }
        if stable.isEmpty { return }
        let positions = session.fetcher.positions.map { PartitionOffset($0.key, $0.value) }
        let fresh = try ReaderSession(settings, topic: topic, from: positions, name: name)
        session.close(deadlineMs: 5000)
        session = fresh
        stall.underProof = stable
    }

    private func concludeProof(_ missing: [Remaining], _ now: Int64) throws(KafkaError) {
        let open = missing.filter { stall.underProof.contains($0.partition) }
        let answered = open.allSatisfy { range in
            (session.client.fetchedEnd(of: topic, range.partition) ?? -1) >= range.end
        }
        guard answered else { return }
        guard let since = stall.provedSinceMs else {
            stall.provedSinceMs = now
            return
        }
        if now - since < stall.proofMs { return }
        for range in open {
            // Ask the leader once more: it must still be there and give the same end.
            let stable = try stableEnd(of: range.partition, timeoutMs: ReaderStall.queryTimeoutMs)
            if stable < range.end { return stall.reset() }
        }
        for range in open {
            settings.logger.notice(
                "no record is left before the end of the partition; reading goes on from the end",
                metadata: [
                    "partition": "\(topic)[\(range.partition)]", "offset": "\(range.position ?? -1)",
                    "end": "\(range.end)",
                ])
            session.fetcher.advance(range.partition, to: range.end)
        }
        stall.reset()
    }
}
