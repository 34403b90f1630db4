import AllocationCounter
import Foundation
import Kafka
import Postgres
import Synchronization

/// Notes when each alert change is committed in Kafka, and when the tables have it.
///
/// The tables say by their own bookkeeping how far they are: a row of `partitions` or of `alert_positions` moves in
/// the transaction that makes the rows visible.
final class VisibilityWatch: @unchecked Sendable {
    private struct Change {
        var partition: Int32
        var offset: Int64
        var source: (partition: Int32, offset: Int64)
        var at: Int64
    }

    /// How far a table was at some time.
    private struct Sight {
        var at: Int64
        var positions: [Int32: Int64]
    }

    private let reader: PartitionReader
    private let connection: Connection
    private let schema: String
    private let counts = Atomic<Bool>(false)
    private let isStopping = Atomic<Bool>(false)
    private let state = Mutex<(changes: [Change], views: [Sight], log: [Sight], failure: (any Error)?)>(
        ([], [], [], nil))
    private let ended = [DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)]

    /// How often the tables are looked at.
    private static let everyMicroseconds: UInt32 = 2_000

    init(_ client: ClientSettings, alerts: String, _ server: String, schema: String) throws {
        let admin = try Admin(client)
        defer { admin.close(deadlineMs: 1_000) }
        let partitions = Int32(try admin.describe([alerts], timeoutMs: 10_000)[alerts] ?? 0)
        let ends = try (0..<partitions).map { partition in
            PartitionOffset(partition, try admin.watermarks(of: alerts, partition, timeoutMs: 10_000).high)
        }
        reader = try PartitionReader(client, topic: alerts, from: ends, name: "watch")
        connection = try Connection(ConnectionSettings(url: server))
        self.schema = schema
        for (index, look) in [readTopic, readTables].enumerated() {
            Thread.detachNewThread { [self] in
                do { try look() } catch { state.withLock { $0.failure = error } }
                ended[index].signal()
            }
        }
    }

    /// What comes from here on counts.
    func begin() { counts.store(true, ordering: .relaxed) }

    /// Waits until the tables have `count` changes.
    /// - Returns: the times in ns until each change was in `low_stock_alerts` and in `alert_changes`, in order.
    func finish(_ count: Int) throws -> (views: [Double], changes: [Double]) {
        let deadline = Date(timeIntervalSinceNow: 60)
        while state.withLock({ $0.changes.count < count && $0.failure == nil }), Date() < deadline { usleep(20_000) }
        sleep(2)
        isStopping.store(true, ordering: .relaxed)
        for end in ended { end.wait() }
        reader.close(deadlineMs: 1_000)
        let found = state.withLock { $0 }
        if let failure = found.failure { throw failure }
        guard found.changes.count >= count else {
            throw BenchFailure("only \(found.changes.count) of \(count) changes came")
        }
        let changes = found.changes.prefix(count)
        return (
            try delays(changes.map { ($0.at, $0.source.partition, $0.source.offset) }, found.views),
            try delays(changes.map { ($0.at, $0.partition, $0.offset) }, found.log)
        )
    }

    private func delays(_ changes: [(at: Int64, partition: Int32, offset: Int64)], _ sights: [Sight]) throws
        -> [Double]
    {
        try changes.map { change in
            guard let sight = sights.first(where: { ($0.positions[change.partition] ?? -1) > change.offset }) else {
                throw BenchFailure("a change never came into the tables")
            }
            // The tables may have it before this process's consumer.
            return Double(max(0, sight.at - change.at))
        }.sorted()
    }

    private func readTopic() throws {
        while !isStopping.load(ordering: .relaxed) {
            guard case .records(let count) = try reader.poll(maxRecords: 1_000, waitMs: 50) else { continue }
            let now = wall_ns()
            guard counts.load(ordering: .relaxed) else { continue }
            let changes: [Change] = (0..<count).compactMap { index in
                let record = reader.batch[index]
                guard let value = record.value,
                    let fields = try? JSONSerialization.jsonObject(with: Data(value)) as? [String: Any],
                    let source = fields["source"] as? [String: Int64]
                else { return nil }
                return Change(
                    partition: record.partition, offset: record.offset,
                    source: (Int32(source["partition"] ?? 0), source["offset"] ?? 0), at: now)
            }
            state.withLock { $0.changes += changes }
        }
    }

    private func readTables() throws {
        let query = """
            SELECT true, partition, position FROM "\(schema)".partitions
            UNION ALL SELECT false, partition, next FROM "\(schema)".alert_positions
            """
        var last: [Bool: [Int32: Int64]] = [:]
        while !isStopping.load(ordering: .relaxed) {
            let rows = try connection.run(query).rows
            let now = wall_ns()
            for isViews in [true, false] {
                var positions: [Int32: Int64] = [:]
                for row in rows where (row[0] == "t") == isViews {
                    positions[Int32(row[1] ?? "") ?? -1] = Int64(row[2] ?? "") ?? -1
                }
                guard positions != last[isViews] else { continue }
                last[isViews] = positions
                let sight = Sight(at: now, positions: positions)
                state.withLock { if isViews { $0.views.append(sight) } else { $0.log.append(sight) } }
            }
            usleep(Self.everyMicroseconds)
        }
    }
}
