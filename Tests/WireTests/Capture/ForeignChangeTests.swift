import Inventory
import TestSupport
import Testing

@testable import Wire

/// Change messages of products other than Debezium.
@Suite struct ForeignChangeTests {
    static let maxwell = ["insert", "update", "delete"].map { type in
        #"{"database":"shop","table":"order_events","type":"\#(type)","ts":1774857600,"xid":1,"commit":true,"#
            + #""data":{"event_id":1,"event_type":"RECEIVED","product_id":1,"warehouse_id":1,"quantity":30,"#
            + #""event_time":"2026-03-30T08:00:00Z"},"old":{"quantity":10}}"#
    }

    static let messages: [(String, String)] =
        maxwell.map { ("Maxwell", $0) } + [
            (
                "Canal",
                #"{"data":[{"event_id":"2","event_type":"RECEIVED","product_id":"1","warehouse_id":"1","#
                    + #""quantity":"10","event_time":"2026-03-30T08:00:00Z"}],"database":"shop","#
                    + #""table":"order_events","type":"INSERT","isDdl":false,"es":1,"ts":2,"id":3,"#
                    + #""pkNames":["event_id"],"old":null}"#
            ),
            (
                "AWS DMS",
                #"{"metadata":{"timestamp":"2026-03-30T08:00:00Z","record-type":"control","#
                    + #""operation":"create-table","schema-name":"shop","table-name":"order_events"}}"#
            ),
            (
                "AWS DMS",
                #"{"data":{"event_id":3,"event_type":"RECEIVED","product_id":1,"warehouse_id":1,"quantity":10,"#
                    + #""event_time":"2026-03-30T08:00:00Z"},"metadata":{"record-type":"data","#
                    + #""operation":"delete","schema-name":"shop","table-name":"order_events"}}"#
            ),
            (
                "Debezium's MongoDB connector",
                #"{"before":null,"after":"{\"_id\": {\"$numberLong\": \"4\"}, \"quantity\": 5}","#
                    + #""source":{"connector":"mongodb","ts_ms":1},"op":"c","ts_ms":2}"#
            ),
            (
                "Debezium's MongoDB connector",
                #"{"before":null,"after":null,"updateDescription":{"removedFields":null,"updatedFields":"{}"},"#
                    + #""source":{"connector":"mongodb","ts_ms":1},"op":"u","ts_ms":2}"#
            ),
            (
                "Debezium's MongoDB connector",
                #"{"before":null,"after":null,"source":{"connector":"mongodb","ts_ms":1},"op":"d","ts_ms":2}"#
            ),
            (
                "MongoDB's connector",
                #"{"_id":{"_data":"82"},"operationType":"delete","ns":{"db":"shop","coll":"order_events"},"#
                    + #""documentKey":{"_id":4}}"#
            ),
            (
                "Maxwell",
                #"{"type":"table-create","database":"shop","table":"order_events","def":{},"ts":1774857600000}"#
            ),
            (
                "wal2json",
                #"{"change":[{"kind":"insert","schema":"public","table":"order_events","#
                    + #""columnnames":["event_id"],"columntypes":["bigint"],"columnvalues":[1]}]}"#
            ),
            (
                "wal2json",
                #"{"action":"I","schema":"public","table":"order_events","#
                    + #""columns":[{"name":"event_id","type":"bigint","value":1}]}"#
            ),
            (
                "wal2json",
                #"{"action":"D","schema":"public","table":"order_events","identity":[{"name":"event_id","value":1}]}"#
            ),
            (
                "Oracle GoldenGate",
                #"{"table":"SHOP.ORDER_EVENTS","op_type":"D","op_ts":"2026-03-30 08:00:00.000000","#
                    + #""current_ts":"2026-03-30T08:00:01","pos":"0000001956","before":{"event_id":1}}"#
            ),
            ("Flink", #"{"data":{"event_id":1},"op":"-D"}"#),
            ("CockroachDB", #"{"after":null,"key":[1],"updated":"1774857600000000000.0000000000"}"#),
            (
                "Debezium's MongoDB connector",
                #"{"before":null,"after":{"_id":4,"quantity":5},"source":{"connector":"mongodb","ts_ms":1},"op":"c"}"#
            ),
            (
                "Debezium as a CloudEvent",
                #"{"specversion":"1.0","id":"1","source":"/debezium/mysql/shop","type":"io.debezium.x","data":{}}"#
            ),
            (
                "Supabase",
                #"{"type":"DELETE","table":"order_events","schema":"public","record":null,"old_record":{"id":1}}"#
            ),
            (
                "Sequin",
                #"{"record":{"id":1},"changes":null,"action":"delete","metadata":{"table_name":"order_events"}}"#
            ),
            (
                "wal-listener",
                #"{"id":"x","schema":"public","table":"order_events","action":"DELETE","data":null,"#
                    + #""dataOld":{"event_id":1},"commitTime":"2026-03-30T08:00:00Z"}"#
            ),
            (
                "Google Datastream",
                #"{"source_metadata":{"table":"order_events","change_type":"DELETE"},"payload":{"event_id":1}}"#
            ),
            ("Oracle GoldenGate", #"{"table":"ORDER_EVENTS","op_type":"I","after":{"event_id":1}}"#),
            ("Oracle GoldenGate", #"{"table":"ORDER_EVENTS","op_type":"D","before":{"event_id":1}}"#),
        ]

    private func referenceReason(_ value: String, _ format: SourceFormat) -> BadEvent.Reason? {
        func reason<T>(_ body: (UnsafeRawBufferPointer) throws(BadEvent) -> T) -> BadEvent.Reason? {
            do throws(BadEvent) {
                _ = try withExactBytes(Array(value.utf8), body)
                return nil
            } catch {
                return error.reason
            }
        }
        let decoder = ReferenceDecoder(format: format)
        let product = reason { (value) throws(BadEvent) in try decoder.product(key: nil, value: value) }
        let warehouse = reason { (value) throws(BadEvent) in try decoder.warehouse(key: nil, value: value) }
        return product == warehouse ? product : nil
    }

    @Test("A change message of another product is rejected by the product's name.", arguments: messages)
    func names(name: String, text: String) {
        for envelope in SourceFormat.Envelope.allCases {
            let format = SourceFormat(envelope)
            let bad = InputDecoder(format: format).badness(text)
            #expect(bad?.reason == .unsupportedChangeFormat, "\(envelope)")
            #expect(
                bad?.message
                    == "this is a change message of \(name), which stockd does not read; see docs/cdc.md",
                "\(envelope)")
            #expect(referenceReason(text, format) == .unsupportedChangeFormat, "\(envelope)")
        }
        #expect(EventDecoder().badness(text)?.reason == .unsupportedChangeFormat)
        // Kafka Connect's JsonConverter may wrap it.
        let wrapped = #"{"schema":{"type":"struct","fields":[],"optional":false},"payload":\#(text)}"#
        for envelope in [SourceFormat.Envelope.auto, .debezium] {
            #expect(InputDecoder(format: SourceFormat(envelope)).badness(wrapped)?.reason == .unsupportedChangeFormat)
        }
    }

    @Test("Maxwell's updates and deletes do not count through paths into their rows.")
    func paths() {
        var format = SourceFormat()
        for field in EventField.allCases { format.fields[field.name] = "data.\(field.name)" }
        for envelope in SourceFormat.Envelope.allCases {
            format.envelope = envelope
            for text in Self.maxwell {
                #expect(InputDecoder(format: format).badness(text)?.reason == .unsupportedChangeFormat)
            }
        }
    }

    @Test("Debezium's envelope with paths into its row is rejected, with what to set instead.")
    func envelopePaths() throws {
        var format = SourceFormat(.json)
        for field in EventField.allCases { format.fields[field.name] = "after.\(field.name)" }
        let text = DebeziumText.envelope("u", after: DebeziumText.row())
        let bad = try #require(InputDecoder(format: format).badness(text))
        #expect(bad.reason == .unsupportedChangeFormat)
        #expect(
            bad.message
                == "this is a change message of Debezium, and input.fields leads into its row, so that updates "
                + "and deletes would count as further rows: set input.format: debezium and name the columns without "
                + "\"after.\"")
    }

    /// The columns of an event and where a message has them: some have other names, and a path may lead to all.
    private static func mapping(_ path: String, _ random: inout SeededRandom) -> (SourceFormat, [(String, String)]) {
        var format = SourceFormat(random.pick(SourceFormat.Envelope.allCases))
        let values = ["16", "\"SHIPPED\"", "3", "1", "185", "\"2026-03-30T12:30:00Z\""]
        var row: [(String, String)] = []
        for (field, value) in zip(EventField.allCases, values) {
            let name = random.pick([field.name, "c\(field.rawValue)", "database\(field.rawValue)"])
            row.append((name, value))
            let column = path.isEmpty ? name : "\(path).\(name)"
            if column != field.name { format.fields[field.name] = column }
        }
        return (format, row)
    }

    @Test("No change message of another format counts, whatever input.fields says.", arguments: 1...4)
    func neverCounted(part: UInt64) {
        for seed in part * 1_000..<part * 1_000 + 500 {
            var random = SeededRandom(seed: seed)
            let change = random.pick(ForeignChangeText.reachable)
            var (path, isWrapped) = (change.path, false)
            if random.chance(4) { (path, isWrapped) = (path.isEmpty ? "payload" : "payload." + path, true) }
            let (format, row) = Self.mapping(path, &random)
            var text = change.text(row: row, &random)
            if isWrapped { text = #"{"schema":{"type":"struct","fields":[]},"payload":\#(text)}"# }
            let bad = InputDecoder(format: format).badness(text)
            #expect(bad?.reason == .unsupportedChangeFormat, "seed \(seed): \(format) \(text)")
            #expect(bad?.message.contains("a change message of \(change.name)") == true, "seed \(seed)")
        }
    }

    @Test("A row of a reference table in another format is rejected, whatever its fields are called.")
    func referenceRows() {
        for seed in UInt64(1)...300 {
            var random = SeededRandom(seed: seed)
            let change = random.pick(ForeignChangeText.reachable)
            var format = SourceFormat(random.pick(SourceFormat.Envelope.allCases))
            let row = [
                ("product_id", "7"), ("warehouse_id", "7"), ("product_name", "\"a\""), ("category", "\"b\""),
                ("warehouse_name", "\"a\""), ("region", "\"b\""), ("reorder_threshold", "5"),
            ]
            if !change.path.isEmpty {
                for (name, _) in row { format.fields[name] = "\(change.path).\(name)" }
            }
            let text = change.text(row: row, &random)
            #expect(referenceReason(text, format) == .unsupportedChangeFormat, "seed \(seed): \(text)")
        }
    }

    @Test("An event counts whatever fields it has besides its own, short of a whole change message.")
    func plainEvents() throws {
        let names = [
            "database", "table", "type", "data", "op", "ts", "metadata", "action", "op_type", "headers", "change",
            "updated", "magic", "isDdl", "operationType", "schema_name", "scn", "after", "source", "record",
            "old_record", "payload", "before", "changes", "commitTime", "source_metadata", "specversion", "_meta",
            "__$operation2", "op_", "operation",
        ]
        let values = [
            "\"insert\"", "\"I\"", "\"shop\"", "1774857600", "true", "null", #"{"operation":"x"}"#, "[]", "[{}]",
            "\"2026-03-30T08:00:00Z\"", "\"DELETE\"", "\"c\"", #"[{"kind":"manual"}]"#,
        ]
        let expected = try EventDecoder().decode(eventText())
        for seed in UInt64(1)...2_000 {
            var random = SeededRandom(seed: seed)
            // Two of them make no format.
            let extra = (0..<2).map { _ in "\"\(random.pick(names))\":\(random.pick(values))," }.joined()
            let text = "{" + extra + eventText().dropFirst()
            #expect(try EventDecoder().decode(text) == expected, "\(text)")
            #expect(try InputDecoder().decode(text) == .event(expected), "\(text)")
        }
    }

    @Test("A path into an object called after or data is no reason to reject a plain event.")
    func plainPaths() throws {
        let expected = try EventDecoder().decode(eventText())
        for (path, text) in [
            ("data", #"{"specversion":"1.0","type":"shop.moved","source":"/shop","id":"1","data":\#(eventText())}"#),
            ("after", #"{"op":"move","before":{},"after":\#(eventText())}"#),
            ("after", #"{"id":1,"after":\#(eventText())}"#),
            ("data", #"{"op":"c","type":"insertion","table":"t","database":"d","data":\#(eventText())}"#),
            ("data", #"{"action":"moved","data":\#(eventText())}"#),
            ("record", #"{"type":"stock","action":"count","record":\#(eventText())}"#),
            ("payload", #"{"type":"INSERT","action":"delete","op":"d","payload":\#(eventText())}"#),
            ("line", #"{"type":"insert","action":"DELETE","record":{},"data":{},"line":\#(eventText())}"#),
        ] {
            var format = SourceFormat(.json)
            for field in EventField.allCases { format.fields[field.name] = "\(path).\(field.name)" }
            #expect(try InputDecoder(format: format).decode(text) == .event(expected), "\(text)")
        }
    }

    @Test("A single mark is no mark where the event's own type is read from it.")
    func ownTypes() throws {
        let signs = SignTable(["insert": 1, "D": -1])
        let row = #""event_id":1,"product_id":2,"warehouse_id":3,"quantity":4,"event_time":"2026-03-30T08:00:00Z""#
        var flat = SourceFormat(.json)
        flat.fields["event_type"] = "Op"
        let shipped = InputDecoder(signs: signs, format: flat)
        guard case .event(let event) = try shipped.decode(#"{\#(row),"Op":"D"}"#) else {
            Issue.record("no event")
            return
        }
        #expect(event.units == -4)
        var within = SourceFormat(.json)
        for field in EventField.allCases { within.fields[field.name] = "data.\(field.name)" }
        within.fields["event_type"] = "type"
        let received = InputDecoder(signs: signs, format: within)
        guard case .event(let event) = try received.decode(#"{"type":"insert","data":{\#(row)}}"#) else {
            Issue.record("no event")
            return
        }
        #expect(event.units == 4)
    }
}
