import Inventory
import TestSupport
import Testing

@testable import Wire

private typealias Debezium = DebeziumText

/// Captured rows and reference rows whose ids are texts.
@Suite struct TextIDCaptureTests {
    let ids = IDs(event: .text, product: .text, warehouse: .text)
    let delete = RowVersion(logPosition: 24_023_128, seconds: 1_774_873_800, .delete)

    static let row = Debezium.row(id: #""E-1""#, product: #""SKU-1""#, warehouse: #""us-east""#)

    static func fields(product: String = Debezium.field("product_id", "string")) -> String {
        [
            Debezium.field("event_id", "string", "io.debezium.data.Uuid"), Debezium.field("event_type", "string"),
            product, Debezium.field("warehouse_id", "string"), Debezium.field("quantity", "int32"),
            Debezium.field("event_time", "string", "io.debezium.time.ZonedTimestamp"),
        ].joined(separator: ",")
    }

    private func decoder(_ format: SourceFormat = SourceFormat()) -> InputDecoder {
        InputDecoder(ids: ids, format: format)
    }

    private func hash(_ text: String) -> EventID { TextIDTests.hash(text) }

    private func event(_ message: InputMessage) -> OrderEvent? {
        switch message {
        case .event(let event), .change(.upsert(let event, _)): event
        default: nil
        }
    }

    @Test("Every form of a captured row has the texts of its ids.")
    func everyForm() throws {
        let unwrapped = String(Self.row.dropLast()) + #","__op":"u","__lsn":7,"__deleted":"false"}"#
        let messages: [String] = [
            Self.row, Debezium.envelope("c", after: Self.row),
            Debezium.oldEnvelope("u", before: Self.row, after: Self.row),
            Debezium.withSchema(Debezium.envelope("r", after: Self.row), Self.fields()), unwrapped,
            Debezium.rowWithSchema(unwrapped, Self.fields()),
            Debezium.envelope("c", after: Self.row.replacing("SKU-1", with: #"\u0053KU\u002D1"#)),
        ]
        for message in messages {
            let found = try #require(event(try decoder().decode(key: Debezium.key("event_id", #""E-1""#), message)))
            #expect(found.id == hash("E-1") && found.units == -185)
            #expect(ids.string(found.pair.product) == "SKU-1" && ids.string(found.pair.warehouse) == "us-east")
        }
    }

    @Test("A delete's text comes from the key, or from before if the key does not name it.")
    func deletes() throws {
        let full = Debezium.envelope("d", before: Self.row)
        let alone = Debezium.envelope("d", before: Debezium.keyAlone(id: #""E-1""#))
        let nothing = Debezium.envelope("d")
        let expected = InputMessage.change(.delete(hash("E-1"), delete))
        for message in [full, alone, nothing, Debezium.withSchema(full, Self.fields())] {
            #expect(try decoder().decode(key: #"{"event_id":"E-1"}"#, message) == expected)
            #expect(try decoder().decode(key: Debezium.keyWithSchema("event_id", #""E-1""#), message) == expected)
        }
        for key in [nil, "E-1", #""E-1""#, #"{"product_id":"SKU-1"}"#] {
            for message in [full, alone] { #expect(try decoder().decode(key: key, message) == expected) }
            #expect(decoder().badness(key: key, nothing)?.reason == .missingKey)
        }
        // What the connector writes for a column that the replica identity left out.
        let invented = Debezium.envelope("d", before: Debezium.keyAlone(id: #""""#))
        #expect(decoder().badness(key: #"{"line_id":"5"}"#, invented)?.reason == .missingKey)
        #expect(decoder().badness(invented)?.reason == .emptyID)
        let zero = Debezium.envelope("d", before: Debezium.keyAlone(id: #""0""#))
        #expect(try decoder().decode(key: "5", zero) == .change(.delete(hash("0"), delete)))
        let number = Debezium.envelope("d", before: Debezium.keyAlone(id: "0"))
        #expect(decoder().badness(key: #"{"line_id":"5"}"#, number)?.reason == .missingKey)
        #expect(try decoder().decode(number) == .change(.delete(hash("0"), delete)))
    }

    @Test("A tombstone deletes the text that its key names.")
    func tombstones() throws {
        for format in [SourceFormat(), SourceFormat(.debezium)] {
            for key in [#"{"event_id":"E-1"}"#, Debezium.keyWithSchema("event_id", #""E\u002d1""#)] {
                #expect(try decoder(format).decode(key: key, nil) == .change(.delete(hash("E-1"), .tombstone)))
            }
            for key in [nil, "E-1", #""E-1""#, #"{"event_id":null}"#, #"{"event_id":""}"#] {
                #expect(try decoder(format).decode(key: key, nil) == .skipped(.tombstone))
            }
        }
    }

    @Test("A decimal column is the text of its digits, whatever its scale.")
    func decimals() throws {
        for (scale, value, text) in [
            (0, #""Aw==""#, "3"), (2, #""ASw=""#, "3"), (0, #""/w==""#, "-1"), (3, #""AA==""#, "0"),
        ] {
            let row = Debezium.envelope("c", after: Debezium.row(id: #""E-1""#, product: value))
            let schema = Self.fields(product: Debezium.decimal("product_id", scale: scale))
            let found = event(try decoder().decode(Debezium.withSchema(row, schema)))
            #expect(found.map { ids.string($0.pair.product) } == text)
        }
        let fraction = Debezium.envelope("c", after: Debezium.row(product: #""AS0=""#))
        let schema = Self.fields(product: Debezium.decimal("product_id", scale: 2))
        #expect(decoder().badness(Debezium.withSchema(fraction, schema))?.reason == .notAnInteger)
        let scaled = Debezium.envelope("c", after: Debezium.row(product: #"{"scale":2,"value":"ASw="}"#))
        #expect(event(try decoder().decode(scaled)).map { ids.string($0.pair.product) } == "3")
        // Without a schema a text is what is written.
        let plain = Debezium.envelope("c", after: Debezium.row(product: #""ASw=""#))
        #expect(event(try decoder().decode(plain)).map { ids.string($0.pair.product) } == "ASw=")
    }

    @Test("An id that the database did not log is unavailable, and no text.")
    func unavailable() {
        let value = #""__debezium_unavailable_value""#
        for row in [Debezium.row(id: value), Debezium.row(product: value), Debezium.row(warehouse: value)] {
            #expect(decoder().badness(Debezium.envelope("u", after: row))?.reason == .unavailableValue)
        }
    }

    // MARK: Reference tables

    private func product(
        key: String? = nil, _ value: String?
    ) throws(BadEvent) -> ReferenceMessage<ProductPatch> {
        let decoder = ReferenceDecoder(ids: ids)
        return try withKey(key) { (key) throws(BadEvent) in
            try withKey(value) { (value) throws(BadEvent) in try decoder.product(key: key, value: value) }
        }
    }

    private func badness(key: String? = nil, _ value: String?) -> BadEvent? {
        do throws(BadEvent) {
            _ = try product(key: key, value)
            return nil
        } catch {
            return error
        }
    }

    /// The text of the product that a message upserts or deletes.
    private func text(key: String? = nil, _ value: String?) throws -> String? {
        switch try product(key: key, value) {
        case .change(.upsert(let id, _, _)), .change(.delete(let id, _)): ids.string(id)
        default: nil
        }
    }

    @Test("A reference topic's key is the bare text, the text as JSON or an object that names it.")
    func keys() throws {
        let without = #"{"product_name":"x","reorder_threshold":5}"#
        let with = #"{"product_id":"SKU-1","product_name":"x","reorder_threshold":5}"#
        for key in [
            "SKU-1", #""SKU-1""#, #""\u0053KU-1""#, #"{"product_id":"SKU-1"}"#,
            Debezium.keyWithSchema("product_id", #""SKU-1""#), #"{"schema":{"type":"string"},"payload":"SKU-1"}"#,
        ] {
            #expect(try text(key: key, nil) == "SKU-1", "\(key)")
            #expect(try text(key: key, without) == "SKU-1", "\(key)")
            #expect(try text(key: key, with) == "SKU-1", "\(key)")
        }
        for (key, id) in [("7", "7"), (#"{"product_id":7}"#, "7"), (" SKU-1", " SKU-1"), (#"a"b"#, #"a"b"#)] {
            #expect(try text(key: key, nil) == id)
        }
        let error = badness(key: "SKU-2", with)
        #expect(error?.reason == .invalidRow)
        #expect(error?.message == #"product_id is "SKU-1" in the value and "SKU-2" in the key"#)
        for key in [
            "", #""""#, "{}", "[3]", #"{"warehouse_id":"SKU-1"}"#, String(repeating: "x", count: 256), "a\u{0}b",
        ] {
            #expect(badness(key: key, nil)?.reason == .missingKey, "\(key)")
        }
        for (key, reason) in [
            (#"{"product_id":null}"#, BadEvent.Reason.wrongType), (#"{"product_id":""}"#, .emptyID),
            (#"{"product_id":7.0}"#, .notAnInteger),
        ] {
            #expect(badness(key: key, nil)?.reason == reason, "\(key)")
        }
    }

    @Test("A reference row of any form has the text of its id, and one that is no text is invalid.")
    func referenceRows() throws {
        let row = ReferenceDecoderTests.row(id: #""SKU-1""#)
        for value: String in [
            row, Debezium.envelope("u", after: row), Debezium.envelope("d", before: row),
            Debezium.withSchema(Debezium.envelope("c", after: row), Debezium.field("product_id", "string")),
            String(row.dropLast()) + #","__op":"u","__lsn":7}"#,
        ] {
            #expect(try text(value) == "SKU-1", "\(value)")
        }
        let decimal = Debezium.envelope("c", after: ReferenceDecoderTests.row(id: #""Aw==""#))
        #expect(try text(Debezium.withSchema(decimal, Debezium.decimal("product_id", scale: 0))) == "3")
        #expect(try text(ReferenceDecoderTests.row(id: "3")) == "3")
        let unavailable = ReferenceDecoderTests.row(id: #""__debezium_unavailable_value""#)
        #expect(badness(Debezium.envelope("u", after: unavailable))?.reason == .invalidRow)
        for id in [
            "3.0", "null", "true", #""""#, #""a\u0000""#, #""\ud800""#,
            "\"" + String(repeating: "x", count: 256) + "\"",
        ] {
            #expect(badness(ReferenceDecoderTests.row(id: id))?.reason == .invalidRow, "\(id)")
            // The id is compared with that of the key, and read again for the row: what is wrong is said once.
            let error = badness(key: "SKU-1", ReferenceDecoderTests.row(id: id))
            #expect(error?.reason == .invalidRow, "\(id)")
            #expect(error?.message.ranges(of: "product_id").count == 1, "\(id): \(error?.message ?? "accepted")")
        }
        // Invented where another column is the key.
        let invented = Debezium.envelope("d", before: ReferenceDecoderTests.row(id: #""""#))
        #expect(badness(key: #"{"line":1}"#, invented)?.reason == .missingKey)
        let number = Debezium.envelope("d", before: ReferenceDecoderTests.row(id: "0"))
        #expect(badness(key: #"{"line":1}"#, number)?.reason == .missingKey)
    }

    @Test("Reference files have texts as ids, untrimmed, in CSV and in JSON.")
    func files() throws {
        let csv = "product_id,reorder_threshold\n SKU-1 ,5\n\"a \"\"b\"\", c\",5\n7,5\n7.0,5\n日本,5\n"
        let fromCSV = try ReferenceRows.products(csv: Array(csv.utf8), ids).map { ids.string($0.id) }
        #expect(fromCSV == [" SKU-1 ", "a \"b\", c", "7", "7.0", "日本"])
        let rows = IDTexts.awkward.map { #"{"warehouse_id":\#(IDTexts.json($0)),"warehouse_name":"x"}"# }
        let json = "[" + rows.joined(separator: ",\n") + #",{"warehouse_id":77}]"#
        let fromJSON = try ReferenceRows.warehouses(json: Array(json.utf8), ids).map {
            ids.text($0.id).map(Array.init)
        }
        #expect(fromJSON == IDTexts.awkward.map { Array($0.utf8) } + [Array("77".utf8)])
        for (text, mistake) in [
            ("SKU-1,5\nSKU-1,6\n", #"line 3, product_id: found "SKU-1" again, expected each id once (line 2 has it)"#),
            (",5\n", "expected a text of 1 to 255 bytes without U+0000"),
            (String(repeating: "x", count: 256) + ",5\n", "expected a text of 1 to 255 bytes without U+0000"),
        ] {
            do throws(ReferenceMistakes) {
                _ = try ReferenceRows.products(csv: Array("product_id,reorder_threshold\n\(text)".utf8), ids)
                Issue.record("accepted \(text)")
            } catch {
                #expect(error.mistakes.count == 1 && error.mistakes[0].description.hasSuffix(mistake), "\(error)")
            }
        }
        #expect(throws: ReferenceMistakes.self) {
            try ReferenceRows.warehouses(json: Array(#"[{"warehouse_id":7.0,"warehouse_name":"x"}]"#.utf8), ids)
        }
        let lines =
            #"{"product_id":"SKU-1","reorder_threshold":5}"# + "\n" + #"{"product_id":7,"reorder_threshold":5}"#
        let messages = try ReferenceMessages(format: SourceFormat(), ids: ids).products(Array(lines.utf8))
        #expect(messages.map { ids.string($0.id) }.sorted() == ["7", "SKU-1"])
    }
}
