/// Messages as Debezium 3.6 writes them.
package enum CaptureText {
    package static func row(_ index: Int) -> String {
        row(
            id: Int64(1_000_000 + index), type: "SHIPPED", product: Int32(index % 997),
            warehouse: Int32(index % 101), quantity: 1 + index % 400, time: "2026-03-30T12:30:00.000000Z")
    }

    private static func row(
        id: Int64, type: String, product: Int32, warehouse: Int32, quantity: Int, time: String
    ) -> String {
        """
        {"event_id":\(id),"event_type":"\(type)","product_id":\(product),"warehouse_id":\(warehouse),\
        "quantity":\(quantity),"event_time":"\(time)"}
        """
    }

    /// A change as PostgreSQL's default replica identity lets it be told.
    package static func envelope(_ step: RowSource.Step) -> String {
        let row = row(
            id: step.id, type: step.isShipped ? "SHIPPED" : "RECEIVED", product: step.pair.product.rawValue,
            warehouse: step.pair.warehouse.rawValue, quantity: step.quantity,
            time: "2026-03-30T12:\(10 + step.time / 60 % 50):\(10 + step.time % 50)Z")
        let left = self.row(
            id: step.id, type: "", product: 0, warehouse: 0, quantity: 0, time: "1970-01-01T00:00:00Z")
        return envelope(
            step.operation.rawValue, before: step.operation == .delete ? left : "null",
            after: step.operation == .delete ? "null" : row, Int(step.position - 24_023_128) / 160)
    }

    /// With schemas off.
    package static func envelope(_ operation: String, before: String, after: String, _ index: Int) -> String {
        let lsn = 24_023_128 + 160 * index
        let ms = 1_774_873_800_500 + index
        return """
            {"before":\(before),"after":\(after),"source":{"version":"3.6.3.Final","connector":"postgresql",\
            "name":"shop","ts_ms":\(ms),"snapshot":"false","db":"shop",\
            "sequence":"[\\"\(lsn - 9)\\",\\"\(lsn)\\"]",\
            "ts_us":\(ms)123,"ts_ns":\(ms)123000,"schema":"public","table":"order_events","txId":\(571 + index),\
            "lsn":\(lsn),"xmin":null,"origin":null,"origin_lsn":null},"transaction":null,"op":"\(operation)",\
            "ts_ms":\(ms + 600),"ts_us":\(ms + 600)123,"ts_ns":\(ms + 600)123000}
            """
    }

    package static var schema: String {
        func field(_ name: String, _ type: String) -> String {
            "{\"type\":\"\(type)\",\"optional\":false,\"field\":\"\(name)\"}"
        }
        let columns = [
            ("event_id", "int64"), ("event_type", "string"), ("product_id", "int32"),
            ("warehouse_id", "int32"), ("quantity", "int32"), ("event_time", "string"),
        ].map(field).joined(separator: ",")
        let source = [
            ("version", "string"), ("connector", "string"), ("name", "string"), ("ts_ms", "int64"),
            ("snapshot", "string"), ("db", "string"), ("sequence", "string"), ("ts_us", "int64"),
            ("ts_ns", "int64"), ("schema", "string"), ("table", "string"), ("txId", "int64"),
            ("lsn", "int64"),
            ("xmin", "int64"),
        ].map(field).joined(separator: ",")
        let structs = [("before", columns), ("after", columns), ("source", source)].map {
            "{\"type\":\"struct\",\"fields\":[\($1)],\"optional\":true,\"name\":\"shop.\($0)\","
                + "\"field\":\"\($0)\"}"
        }
        return "{\"type\":\"struct\",\"fields\":[\(structs.joined(separator: ",")),\(field("op", "string"))],"
            + "\"optional\":false,\"name\":\"shop.public.order_events.Envelope\",\"version\":2}"
    }
}
