import Kafka
import Pipeline

/// Reads what a topic holds now, without a consumer group and without leaving a trace.
struct TopicScan {
    let client: ClientSettings
    let admin: Admin
    let topic: String
    /// How long to wait for a record before giving up.
    var patienceMs: Int64 = 30_000
    private let timeoutMs: Int32
    private var what: String { "\(topic) at \(client.bootstrapServers)" }

    init(_ client: ClientSettings, _ admin: Admin, _ topic: String, timeoutMs: Int32 = 10_000) {
        self.client = client
        self.admin = admin
        self.topic = topic
        self.timeoutMs = timeoutMs
    }

    /// The offsets each partition holds; nil when the topic does not exist.
    func bounds() throws(StopReason) -> [Int32: Range<Int64>]? {
        try forKafka(what) { () throws(KafkaError) in
            guard let count = try admin.describe([topic], timeoutMs: timeoutMs)[topic] else { return nil }
            var bounds: [Int32: Range<Int64>] = [:]
            for partition in 0..<Int32(count) {
                let marks = try admin.watermarks(of: topic, partition, timeoutMs: timeoutMs)
                bounds[partition] = max(0, marks.low)..<max(0, marks.low, marks.high)
            }
            return bounds
        }
    }

    /// Hands out the committed records of these ranges, each partition's in order. A record is valid inside
    /// the call only.
    func forEach(
        in ranges: [Int32: Range<Int64>], _ body: (Record) throws(StopReason) -> Void
    ) throws(StopReason) {
        try forEachBatch(in: ranges) { (batch) throws(StopReason) in
            for record in batch.records where ranges[record.partition]?.contains(record.offset) == true {
                try body(record)
            }
            return true
        }
    }

    /// Hands out batches of committed records until the ranges end, or until `body` wants no more and returns false.
    /// Records beyond a range may be among them.
    /// - Parameter waits: waits for transactions that are open to end, and gives up after a while; otherwise the
    ///   ranges end before them.
    func forEachBatch(
        in ranges: [Int32: Range<Int64>], waits: Bool = true, _ body: (RecordBatch) throws(StopReason) -> Bool
    ) throws(StopReason) {
        let wanted = ranges.filter { !$0.value.isEmpty }
        if wanted.isEmpty { return }
        let starts = wanted.sorted { $0.key < $1.key }.map { PartitionOffset($0.key, $0.value.lowerBound) }
        let reader = try forKafka(what) { () throws(KafkaError) in
            try PartitionReader(client, topic: topic, from: starts, upTo: wanted.mapValues(\.upperBound), name: "scan")
        }
        defer { reader.close(deadlineMs: 2_000) }
        var quietSince = ContinuousClock.now
        while !reader.isAtEnd {
            let poll = try forKafka(what) { () throws(KafkaError) in
                try reader.poll(maxRecords: 10_000, waitMs: 100)
            }
            switch poll {
            case .records:
                quietSince = .now
                guard try body(reader.batch) else { return }
            case .offsetOutOfRange(let moved):
                throw StopReason(
                    .unavailable,
                    "\(topic)[\(moved.partition)]: offset \(moved.offset) was deleted meanwhile; try again")
            case .idle, .rebalance:
                if !waits, try isAtStableEnd(reader, wanted) { return }
                guard ContinuousClock.now - quietSince > .milliseconds(patienceMs) else { continue }
                let open = reader.remaining.map { "[\($0.partition)] at \($0.position ?? -1) of \($0.end)" }
                throw StopReason(
                    .unavailable,
                    "\(topic) cannot be read to its end; perhaps a transaction is open there: "
                        + open.joined(separator: ", "))
            }
        }
    }

    /// Whether only records of open transactions are left.
    private func isAtStableEnd(
        _ reader: PartitionReader, _ wanted: [Int32: Range<Int64>]
    ) throws(StopReason) -> Bool {
        for left in reader.remaining {
            let position = left.position ?? wanted[left.partition]?.lowerBound ?? 0
            let end = try forKafka(what) { () throws(KafkaError) in
                try reader.stableEnd(of: left.partition, timeoutMs: timeoutMs)
            }
            if position < end { return false }
        }
        return true
    }
}
