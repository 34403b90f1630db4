public import Inventory
public import Pipeline

/// Keeps the views in PostgreSQL: writes the newest snapshot of every shard that this process shows, or what differs
/// from the one that it wrote before. One thread owns it.
///
/// A round is one transaction. It locks the rows of the shards' partitions and checks that nobody else wrote them and
/// that the tables are as they must be. Whatever fails, the next round begins with a new connection. So an unknown
/// outcome needs no care: the rows of `partitions` tell whether the tables hold what was written last.
public final class ViewsWriter {
    public struct Settings: Sendable {
        public var connection: ConnectionSettings
        public var schema: Schema
        public var ids: IDs
        public var source: ViewsSource
        /// Missing tables are made.
        public var creates: Bool
        public var intervalMs: Int64

        public init(
            connection: ConnectionSettings, schema: Schema, ids: IDs, source: ViewsSource, creates: Bool,
            intervalMs: Int64
        ) {
            self.connection = connection
            self.schema = schema
            self.ids = ids
            self.source = source
            self.creates = creates
            self.intervalMs = intervalMs
        }
    }

    /// What the tables hold of a shard, as far as this writer knows.
    private struct Written {
        var shown: ShownShard
        var write: Int64
    }

    /// What a round did with a shard.
    private struct ShardResult {
        var written: Written
        /// How many rows were written or deleted, in all three tables; known once all of it was sent.
        var rows: () -> Int
        /// How long it took to write everything; nil for a difference.
        var filledIn: Duration?
    }

    /// A later owner writes the shard's partitions.
    private struct Replaced {
        var term: Int64
        var version: UInt64
        /// Said that this worker goes on all the same.
        var isContradicted = false
    }

    private let settings: Settings
    private let store: ViewStore
    private let statements: ViewStatements
    private let writer: String
    private let telemetry: TableTelemetry
    private var pace: WriterPace
    private var connection: Connection?
    /// The shape of the tables under which `written` holds, once it was checked.
    private var fingerprint: String?
    private var written: [Partition: Written] = [:]
    private var replaced: [Partition: Replaced] = [:]

    public init(_ settings: Settings, _ store: ViewStore, _ telemetry: TableTelemetry) {
        self.settings = settings
        self.store = store
        self.telemetry = telemetry
        statements = ViewStatements(settings.schema)
        writer = (0..<4).map { _ in String(UInt32.random(in: .min ... .max), radix: 16) }.joined(separator: "-")
        pace = WriterPace(intervalMs: settings.intervalMs)
    }

    /// Writes what is due.
    /// - Returns: how long to wait before the next call, in milliseconds, unless there is news before.
    public func step() -> Int64 {
        let snapshot = store.snapshot()
        let shards = ShownShard.newest(snapshot)
        let isNews = shards.contains { written[$0]?.shown.version != $1.version && !isReplaced($0, $1) }
        let isCatchingUp = snapshot.workers.contains { $0?.isCatchingUp == true }
        let rowsToFill = shards.reduce(0) { $0 + max(0, $1.value.shard.pairs - writtenPairs($1.key)) }
        if let waitMs = pace.waitMs(isNews: isNews, isCatchingUp: isCatchingUp, rowsToFill: rowsToFill) {
            return waitMs
        }
        pace.begin()
        if write(shards, freshAt: snapshot.freshAt.min() ?? 0) { pace.end() } else { pace.fail() }
        return pace.waitMs(isNews: false, isCatchingUp: isCatchingUp) ?? 0
    }

    /// Writes the newest snapshots, whether or not it is time. For tests.
    @discardableResult
    func writeNow() -> Bool {
        let snapshot = store.snapshot()
        return write(ShownShard.newest(snapshot), freshAt: snapshot.freshAt.min() ?? 0)
    }

    private func write(_ shards: [Partition: ShownShard], freshAt: Int64) -> Bool {
        var behind: Int { shards.count { written[$0.key] == nil && !isReplaced($0.key, $0.value) } }
        do throws(PostgresError) {
            if !shards.isEmpty { try round(shards) }
        } catch {
            connection = nil
            telemetry.failed(error, behind: behind)
            return false
        }
        let isWhole = shards.allSatisfy { written[$0]?.shown.version == $1.version }
        telemetry.wrote(behind: behind, replaced: replaced.count, currentAt: isWhole ? freshAt : nil)
        return true
    }

    /// How many pairs of a shard the tables have, as far as this writer knows.
    private func writtenPairs(_ first: Partition) -> Int { written[first]?.shown.shard.pairs ?? 0 }

    private func isReplaced(_ first: Partition, _ shown: ShownShard) -> Bool {
        replaced[first]?.term == shown.shard.term
    }

    private func connected() throws(PostgresError) -> Connection {
        if let connection { return connection }
        let opened = try Connection(settings.connection)
        try settings.schema.prepare(opened, for: settings.source, creates: settings.creates)
        connection = opened
        return opened
    }

    // MARK: A round

    private func round(_ shards: [Partition: ShownShard]) throws(PostgresError) {
        let connection = try connected()
        for first in written.keys where shards[first] == nil { written[first] = nil }
        for first in replaced.keys where shards[first] == nil { replaced[first] = nil }
        var results: [Partition: ShardResult] = [:]
        var isEmpty = false
        try connection.transaction { (connection) throws(PostgresError) in
            try connection.queue(statements.lock)
            let found = try connection.queue(settings.schema.fingerprintQuery)
            let partitions = try settings.schema.lock(shards.values.flatMap(\.partitions), connection)
            try checkShape(Schema.fingerprint(found.rows), connection)
            if shards.keys.contains(where: { writtenPairs($0) == 0 }) {
                isEmpty = try connection.run(statements.isEmpty).first == ["t"]
            }
            for (first, shown) in shards.sorted(by: { $0.key < $1.key }) {
                let own = shown.partitions.compactMap { partitions[$0] }
                results[first] = try write(first, shown, own, isEmpty: isEmpty, connection)
            }
        }
        for (first, result) in results {
            written[first] = result.written
            if let took = result.filledIn { telemetry.filled(first, rows: result.rows(), took: took) }
        }
        if !results.isEmpty { telemetry.committed(rows: results.values.reduce(0) { $0 + $1.rows() }) }
    }

    /// The tables are locked, so their shape stays as it is found.
    private func checkShape(_ found: String, _ connection: Connection) throws(PostgresError) {
        guard found != fingerprint else { return }
        let shape = try settings.schema.shape(connection)
        guard shape.missing.isEmpty, shape.problems.isEmpty else {
            throw PostgresError("tables were changed: \((shape.missing + shape.problems).joined(separator: ", "))")
        }
        if let problem = try settings.schema.conflict(connection, with: settings.source) {
            throw PostgresError(refusal: problem)
        }
        // Other tables, so nobody knows what they hold.
        written = [:]
        fingerprint = found
    }

    /// Writes a shard, if it may and anything differs.
    private func write(
        _ first: Partition, _ shown: ShownShard, _ rows: [PartitionRow], isEmpty: Bool, _ connection: Connection
    ) throws(PostgresError) -> ShardResult? {
        let old = written[first]
        let verdict = PartitionRow.verdict(
            rows, for: shown.shard, writer: writer, written: old.map { ($0.shown.shard.term, $0.write) })
        var filledIn: Duration?
        var shardWriter = ShardWriter(connection, settings.schema, statements, settings.ids, shown.shard)
        switch verdict {
        case .replaced:
            note(first, shown, isReplacedBy: rows)
            return nil
        case .ahead(let partition, let stored, let offset):
            throw PostgresError(
                refusal: "the tables hold the events of partition \(partition.rawValue) before offset \(stored), but "
                    + "the daemon's stock only those before \(offset). If the input topic was recreated, remove the "
                    + "views with `stockd postgres drop --views --apply`; stockd fills them again")
        case .difference where old?.shown.version == shown.version: return nil
        case .difference where writtenPairs(first) > 0:
            guard let old else { return nil }
            try shardWriter.writeDifference(from: old.shown.shard)
        case .difference, .fill:
            written[first] = nil
            let began = ContinuousClock.now
            if isEmpty { try shardWriter.fillEmpty() } else { try shardWriter.fill() }
            filledIn = .now - began
        }
        replaced[first] = nil
        let write = (rows.map(\.write).max() ?? 0) + 1
        try settings.schema.note(shown.shard, writer: writer, write: write, connection)
        return ShardResult(
            written: Written(shown: shown, write: write), rows: shardWriter.rows, filledIn: filledIn)
    }

    private func note(_ first: Partition, _ shown: ShownShard, isReplacedBy rows: [PartitionRow]) {
        written[first] = nil
        guard let known = replaced[first], known.term == shown.shard.term else {
            replaced[first] = Replaced(term: shown.shard.term, version: shown.version)
            telemetry.replaced(first)
            return
        }
        // Kafka lets only the owner commit, so the tables' writer is of another Kafka, or of lost state.
        guard known.version != shown.version, !known.isContradicted else { return }
        replaced[first]?.isContradicted = true
        telemetry.contradicted(first, rows.map(\.term).max() ?? 0, shown.shard.term)
    }
}
