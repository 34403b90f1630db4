/// Messages as Debezium writes them, built from their parts. They follow its documentation and the sources of its
/// releases 2 and 3.
enum DebeziumText {
    /// The tutorial's sixteenth event as PostgreSQL's columns, `event_time` a timestamptz.
    static func row(
        id: String = "16", type: String = "\"SHIPPED\"", product: String = "3", warehouse: String = "1",
        quantity: String = "185", time: String = "\"2026-03-30T12:30:00.000000Z\""
    ) -> String {
        #"{"event_id":\#(id),"event_type":\#(type),"product_id":\#(product),"warehouse_id":\#(warehouse),"#
            + #""quantity":\#(quantity),"event_time":\#(time)}"#
    }

    /// What REPLICA IDENTITY DEFAULT leaves of an old row: the key, and a default in each column that is NOT NULL.
    static func keyAlone(id: String = "16") -> String {
        row(
            id: id, type: "\"\"", product: "0", warehouse: "0", quantity: "0",
            time: "\"1970-01-01T00:00:00.000000Z\"")
    }

    static func envelope(
        _ operation: String, before: String = "null", after: String = "null", source: String = postgres()
    ) -> String {
        #"{"before":\#(before),"after":\#(after),"source":\#(source),"transaction":null,"#
            + #""op":"\#(operation)","ts_ms":1774873801112,"ts_us":1774873801112345,"#
            + #""ts_ns":1774873801112345678}"#
    }

    /// An envelope with its members in the order of releases before 2.6.
    static func oldEnvelope(
        _ operation: String, before: String = "null", after: String = "null", source: String = postgres()
    ) -> String {
        #"{"before":\#(before),"after":\#(after),"source":\#(source),"op":"\#(operation)","#
            + #""ts_ms":1774873801112,"transaction":null}"#
    }

    /// - Parameter lsn: nil leaves it out, as an incremental snapshot does.
    static func postgres(
        lsn: Int? = 24_023_128, ms: Int = 1_774_873_800_500, snapshot: String = "\"false\""
    ) -> String {
        let place = lsn.map { #","txId":571,"lsn":\#($0)"# } ?? ""
        let sequence = lsn.map { #""[\"\#($0 - 9)\",\"\#($0)\"]""# } ?? #""[null,null]""#
        return #"{"version":"3.6.3.Final","connector":"postgresql","name":"shop","ts_ms":\#(ms),"#
            + #""snapshot":\#(snapshot),"db":"shop","sequence":\#(sequence),"ts_us":\#(ms)000,"#
            + #""ts_ns":\#(ms)000000,"schema":"public","table":"order_events"\#(place),"xmin":null}"#
    }

    static func mysql(
        file: String = "mysql-bin.000003", position: Int = 484, row: Int = 0, ms: Int = 1_774_873_800_000,
        snapshot: String = "\"false\""
    ) -> String {
        #"{"version":"3.6.3.Final","connector":"mysql","name":"shop","ts_ms":\#(ms),"#
            + #""snapshot":\#(snapshot),"db":"shop","sequence":null,"ts_us":\#(ms)000,"ts_ns":\#(ms)000000,"#
            + #""table":"order_events","server_id":223344,"gtid":null,"file":"\#(file)","pos":\#(position),"#
            + #""row":\#(row),"thread":7,"query":null}"#
    }

    /// The envelope with the schema that JsonConverter sends when `schemas.enable` is true.
    static func withSchema(_ envelope: String, _ fields: String = rowFields()) -> String {
        let row = { (name: String) in
            #"{"type":"struct","fields":[\#(fields)],"optional":true,"#
                + #""name":"shop.public.order_events.Value","field":"\#(name)"}"#
        }
        let source =
            #"{"type":"struct","fields":[{"type":"string","optional":false,"field":"version"},"#
            + #"{"type":"int64","optional":true,"field":"lsn"}],"optional":false,"#
            + #""name":"io.debezium.connector.postgresql.Source","field":"source"}"#
        return #"{"schema":{"type":"struct","fields":[\#(row("before")),\#(row("after")),\#(source),"#
            + #"{"type":"string","optional":false,"field":"op"}],"optional":false,"#
            + #""name":"shop.public.order_events.Envelope","version":2},"payload":\#(envelope)}"#
    }

    /// An unwrapped row with its schema.
    static func rowWithSchema(_ row: String, _ fields: String = rowFields()) -> String {
        #"{"schema":{"type":"struct","fields":[\#(fields)],"optional":false,"#
            + #""name":"shop.public.order_events.Value"},"payload":\#(row)}"#
    }

    /// The columns' schemas; `time` is the semantic type of `event_time`.
    static func rowFields(
        time: String = field("event_time", "string", "io.debezium.time.ZonedTimestamp"),
        quantity: String = field("quantity", "int32")
    ) -> String {
        [
            field("event_id", "int64"), field("event_type", "string"), field("product_id", "int32"),
            field("warehouse_id", "int32"), quantity, time,
        ].joined(separator: ",")
    }

    static func field(_ name: String, _ type: String, _ meaning: String? = nil) -> String {
        let meaning = meaning.map { #""name":"\#($0)","version":1,"# } ?? ""
        return #"{"type":"\#(type)","optional":false,\#(meaning)"field":"\#(name)"}"#
    }

    static func decimal(_ name: String, scale: Int) -> String {
        #"{"type":"bytes","optional":true,"name":"org.apache.kafka.connect.data.Decimal","version":1,"#
            + #""parameters":{"scale":"\#(scale)","connect.decimal.precision":"10"},"field":"\#(name)"}"#
    }

    static func key(_ column: String = "event_id", _ id: String = "16") -> String {
        #"{"\#(column)":\#(id)}"#
    }

    static func keyWithSchema(_ column: String = "event_id", _ id: String = "16") -> String {
        #"{"schema":{"type":"struct","fields":[\#(field(column, "int64"))],"optional":false,"#
            + #""name":"shop.public.order_events.Key"},"payload":{"\#(column)":\#(id)}}"#
    }
}
