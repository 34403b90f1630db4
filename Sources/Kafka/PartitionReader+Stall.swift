import CRDKafka

/// How long a reader has waited in vain, and what it did about it.
struct ReaderStall {
    /// After so long without a record, an end that was not reached is looked into.
    var patienceMs: Int64 = 5000
    /// A fetch answer without records must stand for so long, over a hundred fetches, before it counts as an
    /// empty stretch: a mistake here would lose records.
    var proofMs: Int64 = 10_000
    static let queryTimeoutMs: Int32 = 2000

    var sinceMs: Int64?
    /// Partitions whose records are all committed, being read by a client that has fetched nothing before.
    var underProof: Set<Int32> = []
    var provedSinceMs: Int64?

    mutating func reset() { self = ReaderStall(patienceMs: patienceMs, proofMs: proofMs) }
}

extension PartitionReader {
    /// An end can be out of reach: when compaction emptied the log between the last record and the end, a
    /// fetch returns nothing and librdkafka reports no end of partition. And a partition can stop being
    /// fetched after broker trouble. A fresh client settles both: its first fetch answer either brings
    /// records or proves that there are none.
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
            // Below its end, the partition waits for an open transaction: no stall.
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
            // The leader that was fetched from all the while is still there and still says so.
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
