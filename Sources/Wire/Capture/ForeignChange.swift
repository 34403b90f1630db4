/// A format of change messages that stockd does not read.
///
/// A message is one of a format when it has all of the marks below, so no plain event is taken for one by accident.
/// Each such message is rejected by the format's name: if it were read as a plain event, a row's updates and deletes
/// would count as events of their own.
struct ForeignChange: Sendable {
    /// The product, after "a change message of".
    let name: String
    fileprivate let marks: [(path: Int, kind: Kind)]

    /// What a mark's value is.
    enum Kind {
        case any, string, number, boolean, object, array, objectOrNull
        case oneOf([String])
        case beginning(String)
        /// A table with its schema before a point.
        case qualifiedName
        /// An array of objects with a `kind`.
        case changes
        /// CockroachDB's time: nanoseconds, a point and ten digits.
        case hybridTime
    }

    /// In each row the first mark is the one that makes any message worth a closer look.
    private static let rows: [(String, KeyValuePairs<String, Kind>)] = [
        (
            "Maxwell",
            [
                "database": .string, "table": .string, "ts": .number, "data": .object,
                "type": .oneOf([
                    "insert", "update", "delete", "bootstrap-start", "bootstrap-insert", "bootstrap-complete",
                ]),
            ]
        ),
        (
            "Maxwell",
            [
                "database": .string, "ts": .number,
                "type": .oneOf([
                    "table-create", "table-alter", "table-drop", "database-create", "database-alter", "database-drop",
                ]),
            ]
        ),
        ("Canal", ["isDdl": .boolean, "database": .string, "table": .string, "type": .string]),
        ("TiCDC", ["commitTs": .number, "database": .string, "table": .string, "type": .string]),
        ("AWS DMS", ["metadata.record-type": .oneOf(["data", "control"]), "metadata.operation": .string]),
        ("MongoDB's connector", ["operationType": .string, "ns.db": .string]),
        (
            "Oracle GoldenGate",
            ["op_type": .oneOf(goldenGateKinds), "op_ts": .string, "current_ts": .string]
        ),
        ("Oracle GoldenGate", ["op_type": .oneOf(goldenGateKinds), "op_ts": .string, "pos": .string]),
        (
            "Confluent's Oracle connector",
            ["op_type": .oneOf(["R", "I", "U", "D", "T"]), "scn": .any, "table": .string]
        ),
        ("Oracle GoldenGate", ["op_type": .oneOf(goldenGateKinds), "table": .qualifiedName]),
        ("wal2json", ["change": .changes]),
        (
            "wal2json",
            ["action": .oneOf(["I", "U", "D"]), "schema": .string, "table": .string, "columns": .array]
        ),
        (
            "wal2json",
            ["action": .oneOf(["I", "U", "D"]), "schema": .string, "table": .string, "identity": .array]
        ),
        ("Qlik Replicate", ["magic": .oneOf(["atMSG"]), "message": .any]),
        ("Qlik Replicate", ["headers.changeSequence": .string, "headers.operation": .string, "data": .any]),
        ("Striim", ["metadata.OperationName": .string, "metadata.TableName": .string, "data": .any]),
        ("CockroachDB", ["updated": .hybridTime, "after": .objectOrNull]),
        ("CockroachDB", ["__crdb__": .object]),
        ("Debezium as a CloudEvent", ["iodebeziumop": .string, "specversion": .string]),
        ("Debezium as a CloudEvent", ["specversion": .string, "type": .beginning("io.debezium.")]),
        (
            "Supabase",
            [
                "old_record": .objectOrNull, "record": .objectOrNull, "type": .oneOf(statements), "table": .string,
                "schema": .string,
            ]
        ),
        (
            "Sequin",
            [
                "action": .oneOf(["insert", "update", "delete", "read"]), "record": .object, "metadata": .object,
                "changes": .objectOrNull,
            ]
        ),
        (
            "wal-listener",
            ["commitTime": .string, "action": .oneOf(statements), "schema": .string, "table": .string]
        ),
        ("Google Datastream", ["source_metadata.change_type": .string, "payload": .any]),
        ("Google Datastream", ["_metadata_stream": .string, "_metadata_change_type": .string]),
        ("SQL Server's change tables", ["__$operation": .number]),
        ("AWS DMS", ["Op": .oneOf(["I", "U", "D"])]),
        ("Estuary", ["_meta.op": .oneOf(["c", "u", "d"])]),
        ("Estuary", ["_meta/op": .oneOf(["c", "u", "d"])]),
    ]

    private static let statements = ["INSERT", "UPDATE", "DELETE", "TRUNCATE"]

    private static let goldenGateKinds = ["I", "U", "D", "T", "K"]

    /// Formats that are looked for only where the id of a row is missing or the row is: their first marks are those of
    /// Debezium's envelopes.
    private static let rowsWithoutID: [(String, KeyValuePairs<String, Kind>)] = [
        ("Debezium's MongoDB connector", ["op": .string, "source.connector": .oneOf(["mongodb"])]),
        ("Flink", ["op": .oneOf(changelogKinds), "data": .object]),
        ("Oracle GoldenGate", ["op_type": .oneOf(goldenGateKinds), "table": .string, "after": .objectOrNull]),
        ("Oracle GoldenGate", ["op_type": .oneOf(goldenGateKinds), "table": .string, "before": .objectOrNull]),
    ]

    /// Formats that are looked for only where `input.fields` leads into the object in one of these fields: Debezium's
    /// own envelopes, which are read without such paths, and others. Their marks are few, because a plain
    /// event in such a field has no such word beside it.
    private static let rowsByPath: [(into: [String], String, KeyValuePairs<String, Kind>)] = [
        (["after", "before"], envelope, ["op": .oneOf(["c", "r", "u", "d", "t", "m"]), "after": .any]),
        (["after", "before"], envelope, ["op": .oneOf(["c", "r", "u", "d", "t", "m"]), "before": .any]),
        (["after", "before"], "Oracle GoldenGate", ["op_type": .oneOf(goldenGateKinds)]),
        (["data"], "Flink", ["op": .oneOf(changelogKinds), "data": .object]),
        (["data", "old"], "Maxwell", ["type": .oneOf(["insert", "update", "delete"])]),
        (["data", "old"], "TiCDC", ["type": .oneOf(statements)]),
        (["data", "dataOld"], "wal-listener", ["action": .oneOf(statements)]),
        (["record", "old_record"], "Supabase", ["type": .oneOf(statements)]),
        (["record", "old_record"], "Supabase", ["operation": .oneOf(statements)]),
        (["record"], "Sequin", ["action": .oneOf(["insert", "update", "delete", "read"])]),
        (["after", "before"], bareEnvelope, ["after": .objectOrNull]),
    ]

    private static let changelogKinds = ["+I", "-U", "+U", "-D"]

    fileprivate static let envelope = "Debezium"

    /// An envelope that tells a delete from an insert by a missing row alone. It is one if it has no other members
    /// than these.
    private static let bareEnvelope = "CockroachDB or Materialize"
    private static let bareMembers: Set<String> = [
        "before", "after", "key", "topic", "updated", "mvcc_timestamp", "ts_ns", "row", "source", "transaction",
    ]

    // MARK: The tables by number

    private static let paths: [String] = {
        var paths: [String] = []
        for marks in (rows + rowsWithoutID).map(\.1) + rowsByPath.map(\.2) {
            for (path, _) in marks where !paths.contains(path) { paths.append(path) }
        }
        return paths
    }()

    private static let map: ColumnMap = {
        var map = ColumnMap([])
        for (index, path) in paths.enumerated() { map.add(path, column: index) }
        return map
    }()

    private init(_ name: String, _ marks: KeyValuePairs<String, Kind>) {
        self.name = name
        self.marks = marks.map { mark in (Self.paths.firstIndex(of: mark.key) ?? 0, mark.value) }
    }

    /// With the first mark apart, which most messages lack.
    private static let everywhere = (rows + rowsWithoutID).map { Self($0.0, $0.1) }
    private static let everywhereFirst = everywhere.map { $0.marks.first?.path ?? 0 }
    private static let byPath = rowsByPath.map { (into: $0.into, change: Self($0.1, $0.2)) }

    private static let firstMarks = ColumnMap.Names(
        rows.compactMap { $0.1.first?.key.split(separator: ".").first.map(String.init) })
    private static let firstMarksByPath = rowsByPath.map { row in
        (into: row.into, marks: ColumnMap.Names(row.2.prefix(1).map(\.key)))
    }

    /// Marks the names for which a closer look is worth its time.
    fileprivate static func mark(_ columns: inout ColumnMap) {
        columns.mark(firstMarks)
        for (into, marks) in firstMarksByPath {
            for name in into { columns.mark(marks, besides: name) }
        }
    }

    /// The format of the object that opens at `start`.
    /// - Parameters:
    ///   - isPath: whether paths lead into the object in a field of this name.
    ///   - isColumn: whether a column is read from the field of this name.
    fileprivate init?(_ text: RawSpan, at start: Int, isPath: (String) -> Bool, isColumn: (String) -> Bool) {
        let found = Self.spans(text, at: start)
        // A single mark that is read as a column is the user's own, for instance a type of event that is called
        // "insert".
        func isMarked(_ change: Self) -> Bool {
            change.marks.allSatisfy { mark in found[mark.path].map { mark.kind.holds(text, $0) } ?? false }
                && !(change.marks.count == 1 && change.marks.allSatisfy { isColumn(Self.paths[$0.path]) })
                && (change.name != Self.bareEnvelope || Self.isBare(text, at: start))
        }
        let index = Self.everywhereFirst.indices.first { index in
            found[Self.everywhereFirst[index]] != nil && isMarked(Self.everywhere[index])
        }
        if let index {
            self = Self.everywhere[index]
        } else if let (_, change) = Self.byPath.first(where: { $0.into.contains(where: isPath) && isMarked($0.change) }
        ) {
            self = change
        } else {
            return nil
        }
    }

    private static func isBare(_ text: RawSpan, at start: Int) -> Bool {
        var isBare = true
        var at = start
        try? text.scanObject(at: &at) { name, _ in
            isBare = isBare && bareMembers.contains(String(decoding: text.unescaped(name), as: UTF8.self))
        }
        return isBare
    }

    private static func spans(_ text: RawSpan, at start: Int) -> [Range<Int>?] {
        var found: [Range<Int>?] = Array(repeating: nil, count: paths.count)
        func note(_ name: StringToken, _ value: Range<Int>, in node: Int) -> Int {
            guard let target = map.find(text, name, in: node) else { return 0 }
            if target.column >= 0 { found[Int(target.column)] = value }
            return Int(target.child)
        }
        var at = start
        try? text.scanObject(at: &at) { name, value in
            let child = note(name, value, in: 0)
            guard child > 0, text.has(0x7B, at: value.lowerBound) else { return }
            var within = value.lowerBound
            try? text.scanObject(at: &within) { name, value in _ = note(name, value, in: child) }
        }
        return found
    }
}

extension ColumnMap {
    /// Marks the names of fields that change messages of other formats have.
    func markingForeignChanges() -> Self {
        var marked = self
        ForeignChange.mark(&marked)
        return marked
    }

    /// Throws when the object that opens at `start`, or one within it that paths lead into, is a change message of
    /// another format. To be asked where a mark was seen, or a row or its id is missing.
    /// - Parameter section: The configuration's section of the topic.
    @inline(never)
    func rejectForeignChange(_ text: RawSpan, at start: Int = 0, section: String) throws(BadEvent) {
        var start = start
        text.skipSpace(at: &start)
        if let change = foreignChange(text, at: start, node: 0) { throw BadEvent(change, section: section) }
    }

    private func foreignChange(_ text: RawSpan, at start: Int, node: Int) -> ForeignChange? {
        let change = ForeignChange(
            text, at: start, isPath: { leads(into: $0, in: node) }, isColumn: { isColumn($0, in: node) })
        if let change { return change }
        guard leadsFurther(in: node) else { return nil }
        var found: ForeignChange?
        var at = start
        try? text.scanObject(at: &at) { name, value in
            guard found == nil, let target = find(text, name, in: node), target.child > 0,
                text.has(0x7B, at: value.lowerBound)
            else { return }
            found = foreignChange(text, at: value.lowerBound, node: Int(target.child))
        }
        return found
    }
}

extension BadEvent {
    init(_ change: ForeignChange, section: String) {
        guard change.name == ForeignChange.envelope else {
            self.init(
                .unsupportedChangeFormat,
                "this is a change message of \(change.name), which stockd does not read; see docs/cdc.md")
            return
        }
        self.init(
            .unsupportedChangeFormat,
            "this is a change message of Debezium, and \(section).fields leads into its row, so that updates and "
                + "deletes would count as further rows: set \(section).format: debezium and name the columns "
                + "without \"after.\"")
    }
}
