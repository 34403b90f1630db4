import TestSupport

/// A change message as another product writes it.
struct ForeignChangeText: Sendable {
    let name: String
    /// The path to the row's columns, empty where they stand at the top.
    let path: String
    /// The members besides the row's; `$ROW` stands for the row, `$OP` for one of the operations.
    let members: [(name: String, value: String)]
    let operations: [String]
    /// Whether the columns stand among the members.
    var isFlat = false

    /// The message, its members in any order.
    func text(row: [(String, String)], _ random: inout SeededRandom) -> String {
        let operation = random.pick(operations)
        let nested = "{" + row.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
        var all = members.map {
            ($0.name, $0.value.replacing("$ROW", with: nested).replacing("$OP", with: operation))
        }
        if isFlat { all += row }
        if random.chance(2) { all.shuffle(using: &random) }
        let (colon, comma) = random.pick([(":", ","), (": ", ", "), (" :\n", "\t,")])
        let body = all.map { EventText.string($0.0, &random) + colon + $0.1 }.joined(separator: comma)
        return "{" + body + "}"
    }

    /// Formats whose rows `input.fields` can reach.
    static let reachable: [Self] = [
        Self(
            name: "Maxwell", path: "data",
            members: [
                ("database", "\"shop\""), ("table", "\"order_events\""), ("type", "$OP"), ("ts", "1774857600"),
                ("xid", "1"), ("commit", "true"), ("data", "$ROW"), ("old", #"{"quantity":10}"#),
            ],
            operations: ["\"insert\"", "\"update\"", "\"delete\"", "\"bootstrap-insert\""]),
        Self(
            name: "TiCDC", path: "data",
            members: [
                ("version", "1"), ("database", "\"shop\""), ("table", "\"order_events\""), ("tableID", "110"),
                ("type", "$OP"), ("commitTs", "447984074911121426"), ("buildTs", "1709027381456"), ("data", "$ROW"),
                ("old", "null"),
            ],
            operations: ["\"INSERT\"", "\"UPDATE\"", "\"DELETE\""]),
        Self(
            name: "AWS DMS", path: "data",
            members: [
                ("data", "$ROW"),
                (
                    "metadata",
                    #"{"timestamp":"2026-03-30T08:00:00Z","record-type":"data","operation":$OP,"#
                        + #""partition-key-type":"schema-table","schema-name":"shop","table-name":"order_events"}"#
                ),
            ],
            operations: ["\"load\"", "\"insert\"", "\"update\"", "\"delete\""]),
        Self(
            name: "MongoDB's connector", path: "fullDocument",
            members: [
                ("_id", #"{"_data":"826"}"#), ("operationType", "$OP"),
                ("clusterTime", #"{"$timestamp":{"t":1,"i":1}}"#),
                ("fullDocument", "$ROW"), ("ns", #"{"db":"shop","coll":"order_events"}"#),
                ("documentKey", #"{"_id":1}"#),
            ],
            operations: ["\"insert\"", "\"update\"", "\"replace\""]),
        Self(
            name: "Oracle GoldenGate", path: "after",
            members: [
                ("table", "\"SHOP.ORDER_EVENTS\""), ("op_type", "$OP"), ("op_ts", "\"2026-03-30 08:00:00.000000\""),
                ("current_ts", "\"2026-03-30T08:00:01.123000\""), ("pos", "\"00000000000000001956\""),
                ("after", "$ROW"),
            ],
            operations: ["\"I\"", "\"U\""]),
        Self(
            name: "Oracle GoldenGate", path: "",
            members: [
                ("table", "\"SHOP.ORDER_EVENTS\""), ("op_type", "$OP"), ("op_ts", "\"2026-03-30 08:00:00.000000\""),
                ("pos", "\"00000000000000001956\""),
            ],
            operations: ["\"I\"", "\"U\"", "\"D\""], isFlat: true),
        Self(
            name: "Confluent's Oracle connector", path: "",
            members: [
                ("table", "\"ORCL.SHOP.ORDER_EVENTS\""), ("scn", "\"1449498\""), ("op_type", "$OP"),
                ("op_ts", "\"1774857600000\""), ("row_id", "\"AAASDjAAHAAAACXAAA\""), ("username", "\"SHOP\""),
            ],
            operations: ["\"R\"", "\"I\"", "\"U\"", "\"D\""], isFlat: true),
        Self(
            name: "Qlik Replicate", path: "message.data",
            members: [
                ("magic", "\"atMSG\""), ("type", "\"DT\""), ("headers", "null"),
                ("message", #"{"data":$ROW,"beforeData":null,"headers":{"operation":$OP,"changeSequence":"1"}}"#),
            ],
            operations: ["\"INSERT\"", "\"UPDATE\"", "\"DELETE\""]),
        Self(
            name: "Qlik Replicate", path: "data",
            members: [
                ("data", "$ROW"), ("beforeData", "null"),
                ("headers", #"{"operation":$OP,"changeSequence":"20260330","streamPosition":"1"}"#),
            ],
            operations: ["\"INSERT\"", "\"UPDATE\"", "\"DELETE\""]),
        Self(
            name: "Striim", path: "data",
            members: [
                (
                    "metadata",
                    #"{"TableID":"1","TableName":"SHOP.ORDER_EVENTS","TxnID":"3.5.222","OperationName":$OP}"#
                ),
                ("data", "$ROW"), ("before", "null"), ("userdata", "null"),
            ],
            operations: ["\"INSERT\"", "\"UPDATE\"", "\"DELETE\""]),
        Self(
            name: "CockroachDB", path: "after",
            members: [("after", "$ROW"), ("updated", "\"1774857600000000000.0000000000\"")], operations: ["0"]),
        Self(
            name: "Debezium as a CloudEvent", path: "data.after",
            members: [
                ("id", "\"name:shop;lsn:29274832\""), ("source", "\"/debezium/postgresql/shop\""),
                ("specversion", "\"1.0\""), ("type", "\"io.debezium.postgresql.datachangeevent\""),
                ("iodebeziumop", "$OP"), ("iodebeziumconnector", "\"postgresql\""),
                ("data", #"{"before":null,"after":$ROW}"#),
            ],
            operations: ["\"c\"", "\"u\"", "\"r\""]),
        Self(
            name: "Flink", path: "data", members: [("data", "$ROW"), ("op", "$OP")],
            operations: ["\"+I\"", "\"-U\"", "\"+U\"", "\"-D\""]),
        Self(
            name: "Debezium", path: "after",
            members: [
                ("before", "null"), ("after", "$ROW"), ("source", DebeziumText.postgres()), ("op", "$OP"),
                ("ts_ms", "1"),
            ],
            operations: ["\"c\"", "\"u\"", "\"r\""]),
        Self(
            name: "Debezium", path: "before",
            members: [("before", "$ROW"), ("after", "null"), ("op", "$OP")], operations: ["\"d\"", "\"u\""]),
        Self(
            name: "Maxwell", path: "data", members: [("data", "$ROW"), ("type", "$OP")],
            operations: ["\"insert\"", "\"update\"", "\"delete\""]),
        Self(
            name: "Debezium as a CloudEvent", path: "data.payload.after",
            members: [
                ("id", "\"name:shop;lsn:29274832\""), ("source", "\"/debezium/postgresql/shop\""),
                ("specversion", "\"1.0\""), ("type", "\"io.debezium.connector.postgresql.DataChangeEvent\""),
                ("data", #"{"schema":{},"payload":{"before":null,"after":$ROW,"op":$OP}}"#),
            ],
            operations: ["\"c\"", "\"u\"", "\"r\""]),
        Self(
            name: "Supabase", path: "record",
            members: [
                ("type", "$OP"), ("table", "\"order_events\""), ("schema", "\"public\""), ("record", "$ROW"),
                ("old_record", "null"),
            ],
            operations: ["\"INSERT\"", "\"UPDATE\""]),
        Self(
            name: "Supabase", path: "old_record",
            members: [("type", "$OP"), ("record", "null"), ("old_record", "$ROW")], operations: ["\"DELETE\""]),
        Self(
            name: "Sequin", path: "record",
            members: [
                ("record", "$ROW"), ("action", "$OP"), ("changes", "null"),
                ("metadata", #"{"table_schema":"public","table_name":"order_events","commit_lsn":1}"#),
            ],
            operations: ["\"insert\"", "\"update\"", "\"delete\"", "\"read\""]),
        Self(
            name: "wal-listener", path: "data",
            members: [
                ("id", "\"00000000-0000-4000-8000-000000000001\""), ("schema", "\"public\""),
                ("table", "\"order_events\""), ("action", "$OP"), ("data", "$ROW"), ("dataOld", "{}"),
                ("commitTime", "\"2026-03-30T08:00:00Z\""),
            ],
            operations: ["\"INSERT\"", "\"UPDATE\"", "\"DELETE\""]),
        Self(
            name: "Google Datastream", path: "payload",
            members: [
                ("stream_name", "\"projects/1\""), ("read_method", "\"postgresql-cdc\""),
                ("object", "\"public_order_events\""),
                ("source_metadata", #"{"table":"order_events","is_deleted":true,"change_type":$OP}"#),
                ("payload", "$ROW"),
            ],
            operations: ["\"INSERT\"", "\"UPDATE-INSERT\"", "\"DELETE\""]),
        Self(
            name: "Google Datastream", path: "",
            members: [("_metadata_stream", "\"shop\""), ("_metadata_change_type", "$OP")],
            operations: ["\"INSERT\"", "\"DELETE\""], isFlat: true),
        Self(
            name: "CockroachDB or Materialize", path: "after", members: [("after", "$ROW"), ("before", "$OP")],
            operations: ["null", "{}"]),
        Self(
            name: "CockroachDB or Materialize", path: "after", members: [("after", "$ROW"), ("key", "$OP")],
            operations: ["[1]"]),
        Self(
            name: "CockroachDB", path: "", members: [("__crdb__", #"{"updated":"1774857600000000000.0000000000"}"#)],
            operations: ["0"], isFlat: true),
        Self(
            name: "Oracle GoldenGate", path: "after",
            members: [("table", "\"ORDER_EVENTS\""), ("op_type", "$OP"), ("after", "$ROW")],
            operations: ["\"I\"", "\"U\""]),
        Self(
            name: "Oracle GoldenGate", path: "before",
            members: [("table", "\"SHOP.ORDER_EVENTS\""), ("op_type", "$OP"), ("before", "$ROW")],
            operations: ["\"D\""]),
        Self(
            name: "Oracle GoldenGate", path: "", members: [("table", "\"SHOP.ORDER_EVENTS\""), ("op_type", "$OP")],
            operations: ["\"I\"", "\"U\"", "\"D\""], isFlat: true),
        Self(
            name: "SQL Server's change tables", path: "",
            members: [("__$start_lsn", "\"AAAA\""), ("__$operation", "$OP"), ("__$update_mask", "\"fw==\"")],
            operations: ["1", "2", "3", "4"], isFlat: true),
        Self(
            name: "AWS DMS", path: "", members: [("Op", "$OP")], operations: ["\"I\"", "\"U\"", "\"D\""],
            isFlat: true),
        Self(
            name: "Estuary", path: "", members: [("_meta", #"{"op":$OP,"uuid":"1"}"#)],
            operations: ["\"c\"", "\"u\"", "\"d\""], isFlat: true),
        Self(
            name: "Estuary", path: "", members: [("_meta/op", "$OP")],
            operations: ["\"c\"", "\"u\"", "\"d\""], isFlat: true),
    ]
}
