import Inventory
import Testing
import Wire

@Suite struct BadEventTests {
    let decoder = EventDecoder()

    func reason(_ field: String, _ value: String) -> BadEvent.Reason? {
        decoder.badness(eventText(field, value))?.reason
    }

    @Test(
        "an integer field holds an integer in its range",
        arguments: ["event_id", "product_id", "warehouse_id", "quantity"])
    func integerFields(field: String) {
        for value in ["\"5\"", "null", "true", "false", "{}", "[5]", "\"\""] {
            #expect(reason(field, value) == .wrongType, "\(value)")
        }
        for value in ["5.5", "5e-1", "0.1", "-1.25e1", "1e-999999999999999999999"] {
            #expect(reason(field, value) == .notAnInteger, "\(value)")
        }
        let range = BadEvent.Reason(rawValue: field + "_out_of_range")
        for value in ["9223372036854775808", "-9223372036854775809", "1e19", "1e999999999999999999999"] {
            #expect(reason(field, value) == range, "\(value)")
        }
        for value in ["05", "+5", "5.", ".5", "5e", "5e+", "NaN", "Infinity", "-", "--5", "0x5", "5_0", ""] {
            #expect(reason(field, value) == .invalidJSON, "\(value)")
        }
        if field != "event_id" {
            #expect(reason(field, "2147483648") == range)
            #expect(reason(field, "99999999999999999") == range)
            #expect(reason(field, "-2147483649") == range)
        }
    }

    @Test("a negative quantity is out of range")
    func negativeQuantity() {
        #expect(reason("quantity", "-1") == .quantityOutOfRange)
    }

    @Test("an event type is a string")
    func typeField() {
        for value in ["null", "5", "true", "{}", "[\"SHIPPED\"]"] {
            #expect(reason("event_type", value) == .wrongType)
        }
    }

    @Test("every field of an event is required")
    func requiredFields() {
        for field in ["event_id", "event_type", "product_id", "warehouse_id", "quantity", "event_time"] {
            let without = eventText().replacing("\"\(field)\"", with: "\"other\"")
            #expect(decoder.badness(without) == BadEvent(.missingField, "\(field) is missing"))
        }
        #expect(decoder.badness("{}")?.reason == .missingField)
        #expect(decoder.badness(" { } ")?.reason == .missingField)
    }

    @Test(
        "only an object is an event",
        arguments: [
            "[]", "[{}]", "5", "-5.5e3", "null", "true", "\"text\"", " [1,2] ", "\"{}\"",
        ])
    func notAnObject(message: String) {
        #expect(decoder.badness(message)?.reason == .notAnObject)
    }

    @Test(
        "a message that breaks the grammar is not JSON",
        arguments: [
            "", " ", "\n", "{", "}", "{]", "[}", "nul", "nulll", "[1,]", "[1", "{\"a\"}", "{\"a\":}",
            "{\"a\":1,}",
            "{,}", "{a:1}", "{'a':1}", "{\"a\":1 \"b\":2}", "{\"a\" 1}", "{} {}", "{}x", "{}\u{0}", "\u{FEFF}{}",
            "{\"a\":\"\\x\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\\u123\"}", "{\"a\":\"\n\"}",
            "{\"a\":\"\u{1f}\"}",
            "{\"a\":[1,2}}", "{\"a\":{\"b\":1]}", "{\"a\":tru}", "{\"a\":TRUE}", "{\"a\":1}//", "{\"a\":\"\\",
            "{\"a\":\"\\u", "{\"a\":\"b", "{\"a\":[[[]]}", "{\"a\":-}", "{\"a\":1e+}", "{\"a\":00}", "\u{A0}{}",
            "{\"a\":[,1]}", "{\"a\":[1 2]}", "{\"a\":{\"b\"}}", "{\"a\":{\"b\":}}", "{\"a\":{1:2}}",
            "{\"a\":{,}}",
        ])
    func invalidJSON(message: String) {
        #expect(decoder.badness(message)?.reason == .invalidJSON)
    }

    @Test("invalid UTF-8 is bad wherever it stands")
    func invalidUTF8() throws {
        let sequences: [[UInt8]] = [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80],
            [0xE0, 0xA0],
            [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xE2, 0x82], [0xE2, 0x28, 0xA1],
            [0xF0, 0x80, 0x80, 0x80],
            [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE],
        ]
        let good = Array(("{\"näme\":\"välue 12345678\"," + eventText().dropFirst()).utf8)
        _ = try decoder.decode(good)
        for sequence in sequences {
            for at in 0...good.count {
                let bad = Array(good[..<at]) + sequence + Array(good[at...])
                guard String(validating: bad, as: UTF8.self) == nil else { continue }
                #expect(throws: BadEvent.self) { try decoder.decode(bad) }
                if case .failure(let error) = decoder.result(bad) {
                    #expect(error.reason == .invalidUTF8, "\(sequence) at \(at): \(error)")
                }
            }
        }
    }

    @Test("a good message with its beginning or its end cut off is bad")
    func cutMessages() {
        for message in [
            eventText(), eventText("event_time", "1774873800"), eventText("event_type", "\"SHIPP\\u0045D\""),
        ] {
            let bytes = Array(message.utf8)
            for cut in 0..<bytes.count {
                #expect(throws: BadEvent.self) { try decoder.decode(Array(bytes[..<cut])) }
                if cut > 0 { #expect(throws: BadEvent.self) { try decoder.decode(Array(bytes[cut...])) } }
            }
        }
    }

    @Test("the reasons for bad events are snake_case words that do not change")
    func stableReasons() {
        #expect(
            BadEvent.Reason.allCases.map(\.rawValue) == [
                "invalid_json", "invalid_utf8", "not_an_object", "missing_field", "wrong_type",
                "not_an_integer", "event_id_out_of_range", "product_id_out_of_range",
                "warehouse_id_out_of_range", "empty_id", "id_too_long", "invalid_id", "too_many_names",
                "quantity_out_of_range", "invalid_timestamp", "unknown_type", "stock_overflow",
                "invalid_row", "unknown_operation", "missing_row", "missing_key", "truncate_refused",
                "infinite_timestamp", "unknown_scale", "unavailable_value", "unsupported_change_format",
            ])
    }
}
