/// A message as Debezium's PostgreSQL connector writes it.
struct DebeziumMessage {
    var key: String?
    var value: String?

    /// - Parameters:
    ///   - operation: `c`, `u`, `d`, `t`, …
    ///   - row: the row after the operation, or before a delete; nil for none.
    ///   - lsn: its position in the database's log; its time grows with it.
    init(_ operation: String, key: String?, row: String?, lsn: Int) {
        self.key = key
        let row = row ?? "null"
        let (before, after) = operation == "d" ? (row, "null") : ("null", row)
        value = """
            {"before":\(before),"after":\(after),"source":{"connector":"postgresql",\
            "ts_ms":\(1_774_872_000_000 + lsn * 1_000),"snapshot":"false","lsn":\(lsn)},"op":"\(operation)"}
            """
    }

    static func event(_ operation: String, _ order: Order, lsn: Int) -> DebeziumMessage {
        DebeziumMessage(operation, key: #"{"event_id":\#(order.id)}"#, row: order.json, lsn: lsn)
    }

    static func truncate(lsn: Int) -> DebeziumMessage {
        DebeziumMessage("t", key: nil, row: nil, lsn: lsn)
    }
}

extension MessageSender {
    func send(_ message: DebeziumMessage, partition: Int32 = 0) throws {
        try send(
            message.value.map { Array($0.utf8) }, key: message.key.map { Array($0.utf8) },
            partition: partition)
    }
}
