import Inventory
import TestSupport
import Testing
import Wire

@Suite struct EventDecoderTests {
    let decoder = EventDecoder()
    let expected = OrderEvent(
        id: EventID(16), pair: Pair(product: ProductID(3), warehouse: WarehouseID(1)), units: -185,
        time: Timestamp(microseconds: 1_774_873_800_000_000))

    @Test("an event in the tutorial's form is read")
    func tutorialEvent() throws {
        #expect(try decoder.decode(eventText()) == expected)
    }

    @Test(
        "order, white space, escapes and number forms do not change an event",
        arguments: [
            #"{"event_id": 16, "event_type": "SHIPPED", "product_id": 3, "warehouse_id": 1,"#
                + #" "quantity": 185, "event_time": "2026-03-30T12:30:00Z"}"#,
            #" {"event_time":"2026-03-30T12:30:00Z","quantity":185,"warehouse_id":1,"product_id":3,"#
                + #""event_type":"SHIPPED","event_id":16} "#,
            "{\n\t\"event_id\" : 16 ,\r\n\"event_type\":\"SHIPPED\",\"product_id\":3,"
                + "\"warehouse_id\":1,\"quantity\":185,\"event_time\":\"2026-03-30T12:30:00Z\"\n}\n",
            #"{"event\u005fid":16,"\u0065vent_type":"SHIPPED","product_id":3,"warehouse_id":1,"#
                + #""quantity":185,"event_time":"2026-03-30T12:30:00\u005a"}"#,
            #"{"event_id":16.0,"event_type":"SHIPPED","product_id":3e0,"warehouse_id":10e-1,"#
                + #""quantity":1.85e2,"event_time":1774873800}"#,
        ])
    func equalForms(text: String) throws {
        #expect(try decoder.decode(text) == expected)
    }

    @Test(
        "unknown fields may hold anything",
        arguments: [
            #"{"a":[1,{"b":null}],"c":"\"\\\/\b\f\n\r\t\u1234"}"#, #"[[[[[]]]],{},{"event_id":1}]"#, "-0.5e-7",
            #""\ud800 \udc00\ud800""#, #""é😀""#, "true", "1e999999999999999999999999", "\"\"",
            "[" + String(repeating: "9", count: 400) + "]",
        ])
    func unknownFields(value: String) throws {
        let start = #"{"unknown":"# + value + "," + eventText().dropFirst()
        let end = eventText().dropLast() + #","unknown":"# + value + "}"
        #expect(try decoder.decode(start) == expected)
        #expect(try decoder.decode(end) == expected)
    }

    @Test("a repeated field has its last value, whatever the earlier ones were")
    func repeatedField() throws {
        for value in ["\"x\"", "null", "5.5", "17", "[1]", "99999999999999999999"] {
            #expect(try decoder.decode("{\"event_id\":\(value)," + eventText().dropFirst()) == expected)
        }
        let bad = eventText().dropLast() + #","quantity":null}"#
        #expect(decoder.badness(String(bad))?.reason == .wrongType)
        #expect(decoder.badness("{\"event_id\":01," + eventText().dropFirst())?.reason == .invalidJSON)
    }

    @Test("integers are exact up to the ends of their range")
    func integerRanges() throws {
        let ids = [
            Int64.min, .min + 1, -1, 0, 99_999_999, 100_000_000, 1_234_567_890_123_456, .max - 1, .max,
        ]
        for id in ids {
            #expect(try decoder.decode(eventText("event_id", "\(id)")).id == EventID(id))
        }
        for id in [Int32.min, -1, 0, .max] {
            #expect(try decoder.decode(eventText("product_id", "\(id)")).pair.product == ProductID(id))
            #expect(try decoder.decode(eventText("warehouse_id", "\(id)")).pair.warehouse == WarehouseID(id))
        }
        #expect(try decoder.decode(eventText("quantity", "2147483647")).units == -2_147_483_647)
        #expect(try decoder.decode(eventText("quantity", "-0")).units == 0)
    }

    static let integers: [(String, Int64)] = [
        ("9223372036854775807.000", .max), ("-9223372036854775808e0", .min), ("92233720368547758.07e2", .max),
        ("0e99999999999999999999", 0), ("0.000", 0), ("5" + String(repeating: "0", count: 300) + "e-300", 5),
        ("0." + String(repeating: "0", count: 300) + "7e301", 7), ("1e18", 1_000_000_000_000_000_000),
    ]

    @Test("an integer may be written with a point or an exponent", arguments: integers)
    func integerForms(number: String, value: Int64) throws {
        #expect(try decoder.decode(eventText("event_id", number)).id == EventID(value))
    }

    @Test("deep nesting and long strings do not overflow the stack")
    func deepNesting() throws {
        let depth = 1_000_000
        let nested =
            String(repeating: "[", count: depth) + String(repeating: "{\"a\":", count: 1000) + "1"
            + String(repeating: "}", count: 1000) + String(repeating: "]", count: depth)
        #expect(try decoder.decode("{\"deep\":\(nested)," + eventText().dropFirst()) == expected)
        #expect(decoder.badness(String(repeating: "[", count: depth))?.reason == .invalidJSON)
        #expect(decoder.badness(String(repeating: "{\"a\":", count: depth))?.reason == .invalidJSON)
        let long = String(repeating: "é", count: 1_000_000)
        #expect(try decoder.decode("{\"long\":\"\(long)\"," + eventText().dropFirst()) == expected)
    }

    @Test("brackets must match at every depth of nesting")
    func mixedNesting() throws {
        var random = SeededRandom(seed: 7)
        for depth in [1, 63, 64, 65, 127, 128, 129, 500] {
            let kinds = (0..<depth).map { _ in random.chance(2) }
            let open = kinds.map { $0 ? "{\"k\":" : "[" }.joined()
            let close = kinds.reversed().map { $0 ? "}" : "]" }
            let good = "{\"deep\":\(open)0\(close.joined())," + eventText().dropFirst()
            #expect(try decoder.decode(good) == expected, "depth \(depth)")
            var swapped = close
            let at = random.below(depth)
            swapped[at] = swapped[at] == "}" ? "]" : "}"
            let bad = "{\"deep\":\(open)0\(swapped.joined())," + eventText().dropFirst()
            #expect(decoder.badness(bad)?.reason == .invalidJSON, "depth \(depth)")
        }
    }
}
