import Inventory
import Wire

/// Decoding of change data capture, on the calling thread alone.
struct CaptureBenchmark {
    let report: Report
    static let messages = 50_000

    func run() {
        let decoder = InputDecoder()
        measure("decode plain rows as InputDecoder", decoder) { Self.row($0) }
        measure("decode debezium envelopes", decoder) {
            Self.envelope("c", before: "null", after: Self.row($0), $0)
        }
        measure("decode debezium updates, replica identity full", decoder) {
            Self.envelope("u", before: Self.row($0), after: Self.row($0 + 1), $0)
        }
        measure("decode debezium deletes", decoder) {
            Self.envelope("d", before: Self.row($0), after: "null", $0)
        }
        measure("decode unwrapped rows", decoder) {
            Self.row($0).dropLast() + ",\"__op\":\"u\",\"__lsn\":\(24_023_128 + $0),\"__deleted\":\"false\"}"
        }
        measure("decode debezium envelopes with schemas", decoder) {
            let envelope = Self.envelope("c", before: "null", after: Self.row($0), $0)
            return "{\"schema\":\(Self.schema),\"payload\":\(envelope)}"
        }
    }

    private func measure(_ name: String, _ decoder: InputDecoder, _ text: (Int) -> String) {
        var bytes: [UInt8] = []
        var starts = [0]
        for index in 0..<Self.messages {
            bytes += Array(text(index).utf8)
            starts.append(bytes.count)
        }
        let keys = Array("{\"event_id\":1234567}".utf8)
        var read = 0
        let costs = (0..<MicroBenchmarks.repetitions).map { _ in
            Cost.of { read += Self.decodeAll(bytes, starts, keys, decoder) }
        }
        precondition(read == Self.messages * MicroBenchmarks.repetitions, "each is a row or its delete")
        let figures = [
            "event_per_s_median": Double(Self.messages) * 1e9 / Double(costs.median.cpuNs),
            "event_per_s_best": Double(Self.messages) * 1e9 / Double(costs.best.cpuNs),
            "allocations_per_event": Double(costs.map(\.allocations).max() ?? 0) / Double(Self.messages),
        ]
        let size = Report.text(Double(bytes.count) / Double(Self.messages))
        report.add(
            Measurement(group: "micro", name: name, figures: figures, note: "\(size) bytes an event"))
    }

    private static func decodeAll(
        _ bytes: [UInt8], _ starts: [Int], _ key: [UInt8], _ decoder: InputDecoder
    ) -> Int {
        bytes.withUnsafeBytes { bytes in
            key.withUnsafeBytes { key in
                var count = 0
                for index in 0..<messages {
                    let value = UnsafeRawBufferPointer(rebasing: bytes[starts[index]..<starts[index + 1]])
                    switch try? decoder.decode(key: key, value: value) {
                    case .event, .change: count += 1
                    case .skipped, nil: break
                    }
                }
                return count
            }
        }
    }

    private static func row(_ index: Int) -> String {
        """
        {"event_id":\(1_000_000 + index),"event_type":"SHIPPED","product_id":\(index % 997),\
        "warehouse_id":\(index % 101),"quantity":\(1 + index % 400),"event_time":"2026-03-30T12:30:00.000000Z"}
        """
    }

    /// As release 3.6 writes it with schemas off.
    private static func envelope(_ operation: String, before: String, after: String, _ index: Int) -> String {
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

    private static var schema: String {
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
