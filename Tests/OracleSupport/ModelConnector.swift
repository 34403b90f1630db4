public import TestSupport

/// Encodes changes as Debezium does, in one of its configurations.
public struct ModelConnector: Sendable {
    public enum Form: CaseIterable, Sendable {
        case envelope, withSchema
        /// ExtractNewRecordState with added fields and rewritten deletes.
        case unwrapped
        /// The same without added fields: a delete leaves only its tombstone.
        case unwrappedBare
    }

    public struct Message: Sendable {
        public var table: ModelDatabase.Table
        public var key: String
        public var value: String?
    }

    public let form: Form
    public let isMySQL: Bool
    /// REPLICA IDENTITY FULL, or MySQL's full row images.
    public let isFull: Bool
    public let sendsTombstones: Bool

    /// - Parameter form: random if nil.
    public init(_ random: inout SeededRandom, form: Form? = nil) {
        let any = random.pick(Form.allCases)
        self.form = form ?? any
        isMySQL = random.chance(3)
        isFull = isMySQL || random.chance(2)
        sendsTombstones = self.form == .unwrappedBare || !random.chance(4)
    }

    public func messages(_ change: ModelDatabase.Change, _ random: inout SeededRandom) -> [Message] {
        let key = key(change.table, change.id)
        let source = source(change.position, change.milliseconds, snapshot: nil)
        guard let after = change.after else {
            let before = isFull ? change.before ?? [] : invented(change, &random)
            let tombstone = Message(table: change.table, key: key, value: nil)
            if form == .unwrappedBare { return [tombstone] }
            let value = value("d", change.table, before: before, after: nil, source)
            let delete = Message(table: change.table, key: key, value: value)
            return sendsTombstones ? [delete, tombstone] : [delete]
        }
        let operation = change.before == nil ? "c" : "u"
        let before = isFull ? change.before : nil
        let row = unlogged(after, change, &random)
        let value = value(operation, change.table, before: before, after: row, source)
        return [Message(table: change.table, key: key, value: value)]
    }

    /// A row as a snapshot reads it; an incremental one of PostgreSQL has no position.
    public func read(
        _ table: ModelDatabase.Table, _ row: [String], position: Int, milliseconds: Int, isIncremental: Bool
    ) -> Message {
        let position = isIncremental && !isMySQL ? nil : position
        let word = isIncremental ? "incremental" : "true"
        let value = value(
            "r", table, before: nil, after: row, source(position, milliseconds, snapshot: word))
        let id = Array(row.prefix(table.keyCount))
        return Message(table: table, key: key(table, id), value: value)
    }

    /// What the default identity leaves of an old row: the key and invented values, or the key alone.
    private func invented(_ change: ModelDatabase.Change, _ random: inout SeededRandom) -> [String] {
        let row = change.before ?? []
        return row.enumerated().map { index, value in
            index < change.table.keyCount ? value : value.hasPrefix("\"") ? "\"\"" : "0"
        }
    }

    /// A long text that an update did not change is not in PostgreSQL's log.
    private func unlogged(
        _ row: [String], _ change: ModelDatabase.Change, _ random: inout SeededRandom
    ) -> [String] {
        guard !isFull, [.products, .warehouses].contains(change.table), let before = change.before,
            before[1] == row[1], random.chance(2)
        else { return row }
        var row = row
        row[1] = "\"__debezium_unavailable_value\""
        return row
    }

    private func object(_ table: ModelDatabase.Table, _ row: [String]) -> String {
        let columns = ModelDatabase.columns(table)
        return "{" + zip(columns, row).map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }

    private func source(_ position: Int?, _ milliseconds: Int, snapshot: String?) -> [(String, String)] {
        var source = [("ts_ms", "\(milliseconds)"), ("snapshot", "\"\(snapshot ?? "false")\"")]
        guard let position else { return source }
        if isMySQL {
            source += [
                ("file", "\"binlog.\(position / 40)\""), ("pos", "\(4 + position % 40 * 100)"), ("row", "0"),
            ]
        } else {
            source.append(("lsn", "\(position)"))
        }
        return source
    }

    private func value(
        _ operation: String, _ table: ModelDatabase.Table, before: [String]?, after: [String]?,
        _ source: [(String, String)]
    ) -> String {
        switch form {
        case .envelope, .withSchema:
            let before = before.map { object(table, $0) } ?? "null"
            let after = after.map { object(table, $0) } ?? "null"
            let fields = source.map { "\"\($0)\":\($1)" }.joined(separator: ",")
            let envelope =
                "{\"before\":\(before),\"after\":\(after),\"source\":{\(fields)},\"op\":\"\(operation)\"}"
            return form == .envelope ? envelope : wrapped(envelope, schema: Self.timeSchema)
        case .unwrapped:
            let added =
                source.map { "\"__source_\($0)\":\($1)" } + [
                    "\"__op\":\"\(operation)\"", "\"__deleted\":\"\(after == nil)\"",
                ]
            return object(table, after ?? before ?? []).dropLast() + "," + added.joined(separator: ",") + "}"
        case .unwrappedBare: return object(table, after ?? [])
        }
    }

    private static let timeSchema = """
        {"type":"struct","fields":[{"type":"struct","field":"after","fields":[{"type":"int64",\
        "name":"io.debezium.time.MicroTimestamp","field":"event_time"}]}]}
        """

    private func key(_ table: ModelDatabase.Table, _ id: [String]) -> String {
        let members = zip(ModelDatabase.columns(table), id).map { "\"\($0)\":\($1)" }
        let key = "{\(members.joined(separator: ","))}"
        return form == .withSchema ? wrapped(key, schema: "{\"type\":\"struct\",\"fields\":[]}") : key
    }

    private func wrapped(_ payload: String, schema: String) -> String {
        "{\"schema\":\(schema),\"payload\":\(payload)}"
    }
}
