import Inventory
import Testing
import Wire

@Suite struct SignTableTests {
    let body = #""product_id":1,"warehouse_id":2,"quantity":10,"event_time":"2026-03-30T08:00:00Z"}"#

    func units(_ type: String, _ decoder: EventDecoder) throws -> Int64? {
        let event = try decoder.decode(#"{"event_id":1,"event_type":"# + type + "," + body)
        return event.typeIsKnown ? event.units : nil
    }

    @Test("the standard types move stock by their sign")
    func standardTypes() throws {
        let decoder = EventDecoder()
        #expect(try units(#""RECEIVED""#, decoder) == 10)
        #expect(try units(#""RETURNED""#, decoder) == 10)
        #expect(try units(#""SHIPPED""#, decoder) == -10)
    }

    @Test("case, spaces in front, prefixes and longer names make another type")
    func otherTypes() throws {
        for type in ["shipped", "Shipped", " SHIPPED", "SHIPPE", "SHIPPEDD", "", "S"] {
            #expect(try units("\"\(type)\"", EventDecoder()) == nil)
        }
    }

    @Test("a type written with escapes is the type it means")
    func escapedTypes() throws {
        #expect(try units(#""SHIPP\u0045D""#, EventDecoder()) == -10)
        #expect(try units(#""\u0053\u0048\u0049\u0050\u0050\u0045\u0044""#, EventDecoder()) == -10)
        #expect(try units(#""SHIPP\u0065D""#, EventDecoder()) == nil)
        #expect(try units(#""SHIPPED\u0000""#, EventDecoder()) == nil)
        #expect(try units(#""SHIPPED\ud800""#, EventDecoder()) == nil)
    }

    @Test("a configured type name may have any length and any characters")
    func configuredNames() throws {
        let names = [
            "", "A", "TRANSFER_IN", "SIXTEEN_LETTERS_", "SEVENTEEN_LETTERS", "Ware\u{308}ngang", "a\"b",
            "a\\b",
            "\u{1F600}", "A VERY LONG TYPE NAME INDEED", "tab\t",
        ]
        for (index, name) in names.enumerated() {
            let sign = index % 3 - 1
            let decoder = EventDecoder(signs: SignTable([name: sign, "OTHER": 1, name + "X": 1]))
            var quoted = ""
            quoted = written { $0.append(jsonString: name) }
            #expect(try units(quoted, decoder) == Int64(sign) * 10, "\(name)")
            #expect(try units(#""RECEIVED""#, decoder) == nil)
        }
    }

    @Test("a type name that JSON must escape never matches its bare bytes")
    func unescapedNames() {
        let decoder = EventDecoder(signs: SignTable(["a\"b": 1, "a\\": 1, "c\u{1}": 1]))
        for type in ["\"a\"b\"", "\"a\\\"", "\"c\u{1}\""] {
            #expect(
                decoder.badness(#"{"event_id":1,"event_type":"# + type + "," + body)?.reason == .invalidJSON)
        }
    }

    @Test("an unknown type moves nothing, or is a bad event if so configured")
    func unknownType() throws {
        let text = #"{"event_id":1,"event_type":"LOST","# + body
        let event = try EventDecoder().decode(text)
        #expect(event.units == 0 && !event.typeIsKnown && event.pair.product == ProductID(1))
        let strict = EventDecoder(unknownType: .deadLetter)
        #expect(strict.badness(text)?.reason == .unknownType)
        #expect(strict.badness(text)?.message == #"event_type is not in events.types: "LOST""#)
    }

    @Test("a type of sign 0 is known and moves nothing")
    func signZero() throws {
        let decoder = EventDecoder(signs: SignTable(["COUNTED": 0]), unknownType: .deadLetter)
        #expect(try units(#""COUNTED""#, decoder) == 0)
    }

    @Test("a type's name is given for the log, short and on one line")
    func loggedName() throws {
        func name(_ type: String) -> String? {
            withExactBytes(Array((#"{"event_id":1,"event_type":"# + type + "," + body).utf8)) {
                InputDecoder().typeName($0)
            }
        }
        #expect(name(#""LOST""#) == "LOST")
        #expect(name(#""LO\u0053T\nx\u001b""#) == #"LOST\nx\u{1b}"#)
        #expect(name("5") == nil)
        #expect(name("\"") == nil)
        let long = try #require(name("\"" + String(repeating: "é", count: 5000) + "\""))
        #expect(long == String(repeating: "é", count: 100) + "…")
    }
}
