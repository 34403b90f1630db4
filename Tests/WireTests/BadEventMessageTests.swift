import Testing
import Wire

@Suite struct BadEventMessageTests {
    let decoder = EventDecoder()

    @Test("a bad event's message names the field and the value found")
    func fieldAndValue() {
        func message(_ field: String, _ value: String) -> String? {
            decoder.badness(eventText(field, value))?.message
        }
        #expect(message("quantity", "-3") == "quantity is not between 0 and 2147483647: -3")
        #expect(message("quantity", "\"5\"") == "quantity is not an integer but the string \"5\"")
        #expect(message("quantity", "null") == "quantity is not an integer but null")
        #expect(message("product_id", "5.5") == "product_id is not an integer: 5.5")
        #expect(
            message("event_time", "\"yesterday\"")
                == "event_time is not an instant such as 2026-03-30T12:00:00Z: \"yesterday\"")
        #expect(
            message("quantity", "+5")
                == "the message is not JSON at byte 81: expected a value, found +5,"
                + "\"event_time\":\"2026-03-30T12:30:00Z\"}"
        )
        #expect(
            decoder.badness("{\"event_id\":1")?.message
                == "the message ends at byte 13 where ',' or '}' was expected")
        #expect(decoder.badness("")?.message == "the message is empty, which is not JSON")
    }

    @Test("a bad event's message escapes control characters and marks that reorder text")
    func escapes() {
        let message = decoder.badness("[\"a\u{7f}\u{9b}\u{202e}\u{2028}b\"]")?.message
        #expect(message == "the message is not a JSON object: [\"a\\u{7f}\\u{9b}\\u{202e}\\u{2028}b\"]")
        let raw = decoder.badness("[\"a\n\u{1b}[31m")?.message
        #expect(raw?.contains("\\n\\u{1b}[31m") == true)
    }

    @Test("a bad event's message quotes at most 200 bytes and never half a character")
    func quoteLength() throws {
        for length in 190...210 {
            let value =
                "\"" + String(repeating: "x", count: length % 5) + String(repeating: "é", count: length)
                + "\""
            let message = try #require(decoder.badness(eventText("event_time", value))?.message)
            let quoted = message.dropFirst(
                "event_time is not an instant such as 2026-03-30T12:00:00Z: ".count)
            #expect(quoted.utf8.count <= 200 + 3)
            #expect(!message.contains("\u{FFFD}") && quoted.hasSuffix("…"))
        }
    }

    @Test("a bad event's message shows bytes that are not UTF-8 as numbers")
    func invalidUTF8() {
        guard case .failure(let error) = decoder.result([0x7B, 0x22, 0xFF, 0xC3, 0x28]) else {
            Issue.record("accepted")
            return
        }
        #expect(error.message == "the message is not UTF-8: byte 2 begins \\xff\\xc3(")
    }

    @Test("a bad event's message names a byte order mark")
    func byteOrderMark() {
        #expect(decoder.badness("\u{FEFF}" + eventText())?.message.contains("byte order mark") == true)
    }
}
