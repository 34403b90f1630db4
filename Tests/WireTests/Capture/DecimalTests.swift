import Inventory
import Testing

@testable import Wire

private typealias Debezium = DebeziumText

/// Numbers of a database in all the ways that a connector writes them.
@Suite struct DecimalTests {
    /// An insert whose quantity and event id are written like this, from Debezium 3.6 without schemas.
    private func insert(id: String = "1", quantity: String) -> String {
        Debezium.envelope(
            "c",
            after: Debezium.row(id: id, type: "\"RECEIVED\"", product: "1", quantity: quantity))
    }

    private func decoder(_ encoding: FieldEncoding? = nil) -> InputDecoder {
        var format = SourceFormat()
        format.encodings["quantity"] = encoding
        return InputDecoder(format: format)
    }

    private func units(_ quantity: String, schema: String? = nil, _ encoding: FieldEncoding? = nil) throws -> Int64? {
        var text = insert(quantity: quantity)
        if let schema { text = Debezium.withSchema(text, Debezium.rowFields(quantity: schema)) }
        guard case .change(.upsert(let event, _)) = try decoder(encoding).decode(text) else { return nil }
        return event.units
    }

    private func badness(_ quantity: String, schema: String? = nil, _ encoding: FieldEncoding? = nil) -> BadEvent? {
        var text = insert(quantity: quantity)
        if let schema { text = Debezium.withSchema(text, Debezium.rowFields(quantity: schema)) }
        return decoder(encoding).badness(text)
    }

    @Test("A decimal with its scale, a number and a boolean are read without a schema.")
    func certain() throws {
        let text = insert(id: #"{"scale":0,"value":"AQ=="}"#, quantity: #"{"scale":2,"value":"A+g="}"#)
        guard case .change(.upsert(let event, _)) = try decoder().decode(text) else {
            Issue.record("no upsert")
            return
        }
        #expect(event.id == EventID(1) && event.units == 10)
        #expect(try units("10.0") == 10)
        #expect(try units("true") == 1)
        #expect(badness(#"{"scale":2,"value":"A+k="}"#)?.reason == .notAnInteger)
    }

    @Test("Bytes without a scale are rejected, and digits that may be bytes, with what to set.")
    func uncertain() {
        #expect(
            badness("\"A+g=\"")
                == BadEvent(
                    .unknownScale,
                    "quantity is a decimal's bytes, \"A+g=\", and no schema gives its scale: set "
                        + "input.encodings.quantity to base64:2 for two digits after the point"))
        for digits in ["1000", "0010", "12345678", "1e10"] {
            #expect(
                badness("\"\(digits)\"")
                    == BadEvent(
                        .unknownScale,
                        "quantity is the string \"\(digits)\", which may be a number or a decimal's bytes, and no "
                            + "schema tells which: set input.encodings.quantity to text for a number, or to base64:2 "
                            + "for bytes with two digits after the point"))
        }
        for digits in ["10", "10.00", "-5", "007"] {
            #expect(
                badness("\"\(digits)\"")
                    == BadEvent(
                        .wrongType,
                        "quantity is not an integer but the string \"\(digits)\"; set input.encodings.quantity to "
                            + "text to read numbers in quotes"))
        }
        #expect(badness("\"ten\"")?.message == "quantity is not an integer but the string \"ten\"")
    }

    @Test("With an encoding each is read as the encoding says.")
    func encodings() throws {
        for (text, value) in [
            ("10", 10), ("1000", 1000), ("0010", 10), ("007", 7), ("10.00", 10), ("0", 0), ("000", 0),
        ] {
            #expect(try units("\"\(text)\"", .text) == Int64(value), "\(text)")
        }
        #expect(try units("\"A+g=\"", .base64(scale: 2)) == 10)
        #expect(try units("\"AAAAAAo=\"", .base64(scale: 0)) == 10)
        // The three bytes D7 4D 34 are a negative number.
        #expect(badness("\"1000\"", .base64(scale: 0))?.reason == .quantityOutOfRange)
        #expect(badness("\"10\"", .base64(scale: 0))?.reason == .wrongType)
        for text in ["A+g=", "", "-", "1 0", " 10", "0x10", "ten", "--1"] {
            #expect(badness("\"\(text)\"", .text)?.reason == .wrongType, "\(text)")
        }
    }

    @Test("With a schema of type string a number is read as it is written, whatever the encoding says.")
    func stringSchemas() throws {
        let string = Debezium.field("quantity", "string")
        for (text, value) in [("10", 10), ("1000", 1000), ("0010", 10), ("10.00", 10)] as [(String, Int64)] {
            #expect(try units("\"\(text)\"", schema: string) == value)
            #expect(try units("\"\(text)\"", schema: string, .base64(scale: 2)) == value)
        }
        #expect(badness("\"A+g=\"", schema: string)?.reason == .wrongType)
        #expect(badness("\"10.5\"", schema: string)?.reason == .notAnInteger)
        // A string with a meaning of its own is no number.
        #expect(
            badness("\"1000\"", schema: Debezium.field("quantity", "string", "io.debezium.data.Json"))?.reason
                == .unknownScale)
    }

    @Test("A bad scale, a decimal without one and bits are no number.")
    func badSchemas() {
        for scale in [-1, 39, 1000] {
            #expect(badness("\"A+g=\"", schema: Debezium.decimal("quantity", scale: scale))?.reason == .unknownScale)
            #expect(badness(#"{"scale":\#(scale),"value":"A+g="}"#)?.reason == .wrongType)
        }
        for value in [#"{"scale":2,"value":1000}"#, #"{"value":"A+g="}"#, #"{"scale":2}"#, "{}"] {
            #expect(badness(value)?.reason == .wrongType, "\(value)")
        }
        let bits = Debezium.field("quantity", "bytes", "io.debezium.data.Bits")
        for encoding in [nil, FieldEncoding.base64(scale: 0), .text] {
            #expect(
                badness("\"CgA=\"", schema: bits, encoding)
                    == BadEvent(
                        .wrongType, "quantity is a string of bits by its schema and not a number: \"CgA=\""))
        }
    }

    private func price(_ value: String, schema: String? = nil, _ encoding: FieldEncoding? = nil) throws -> String? {
        var format = SourceFormat()
        format.encodings["unit_price"] = encoding
        var text = Debezium.envelope("c", after: ReferenceDecoderTests.row(price: value))
        if let schema { text = Debezium.withSchema(text, schema) }
        let message = try withExactBytes(Array(text.utf8)) { (value) throws(BadEvent) in
            try ReferenceDecoder(format: format).product(key: nil, value: value)
        }
        guard case .change(.upsert(_, let patch, _)) = message else { return nil }
        return patch.unitPrice?.description
    }

    @Test("A price of digits that may be bytes is read only where something says what it is.")
    func prices() throws {
        #expect(try price("\"12\"") == "12")
        #expect(try price("\"1234.50\"") == "1234.50")
        #expect(try price("\"1234\"", .text) == "1234")
        #expect(try price("\"1234\"", schema: Debezium.field("unit_price", "string")) == "1234")
        do {
            _ = try price("\"1234\"")
            Issue.record("read")
        } catch let bad as BadEvent {
            #expect(bad.reason == .unknownScale)
            #expect(bad.message.contains("set reference.products.encodings.unit_price to text for a number"))
        }
    }

    @Test("A threshold in quotes is rejected with what to set.")
    func thresholds() throws {
        let text = Debezium.envelope("c", after: ReferenceDecoderTests.row(threshold: "\"5\""))
        do {
            _ = try withExactBytes(Array(text.utf8)) { (value) throws(BadEvent) in
                try ReferenceDecoder().product(key: nil, value: value)
            }
            Issue.record("read")
        } catch {
            #expect(
                error
                    == BadEvent(
                        .invalidRow,
                        "reorder_threshold: found the string \"5\", expected an integer; set "
                            + "reference.products.encodings.reorder_threshold to text to read numbers in quotes"))
        }
    }
}
