import Inventory
import TestSupport
import Testing

@testable import Wire

/// Events whose ids are texts.
@Suite struct TextIDTests {
    static let fields = ["event_id", "product_id", "warehouse_id"]

    let ids = IDs(event: .text, product: .text, warehouse: .text)
    var decoder: EventDecoder { EventDecoder(ids: ids) }

    static func hash(_ text: String) -> EventID { Array(text.utf8).withUnsafeBytes { TextHash.id($0) } }

    /// Whether the event has this text as the id of the field.
    static func has(_ event: OrderEvent, _ field: String, _ text: String, _ ids: IDs) -> Bool {
        switch field {
        case "event_id": event.id == hash(text)
        case "product_id": ids.text(event.pair.product).map(Array.init) == Array(text.utf8)
        default: ids.text(event.pair.warehouse).map(Array.init) == Array(text.utf8)
        }
    }

    static func spaced(_ text: String) -> String {
        text.replacing("\":", with: "\": ").replacing(",\"", with: ", \"")
    }

    private func reason(_ field: String, _ value: String) -> BadEvent.Reason? {
        let error = decoder.badness(eventText(field, value))
        if let error {
            #expect(error.message.contains(field) || error.reason == .invalidJSON, "\(error.message)")
            #expect(error.message.utf8.count < 1000 && !error.message.unicodeScalars.contains { $0.value < 0x20 })
        }
        return error?.reason
    }

    @Test("A text is an id byte for byte, however its JSON is written.", arguments: fields)
    func everyForm(field: String) throws {
        var random = SeededRandom(seed: 5)
        for text in IDTexts.awkward {
            for json in [IDTexts.json(text)] + (0..<6).map({ _ in IDTexts.json(text, &random) }) {
                let event = try decoder.decode(eventText(field, json))
                #expect(Self.has(event, field, text, ids), "\(json)")
            }
        }
    }

    @Test("A text has 1 to 255 bytes.", arguments: fields)
    func lengths(field: String) throws {
        var random = SeededRandom(seed: 6)
        for length in 1...255 {
            let text = String((0..<length).map { _ in random.pick(Array("abcXYZ019-_. ")) })
            let plain = eventText(field, "\"\(text)\"")
            for message in [plain, Self.spaced(plain), eventText(field, IDTexts.json(text, &random))] {
                #expect(Self.has(try decoder.decode(message), field, text, ids), "\(length) bytes")
            }
        }
        #expect(reason(field, "\"\"") == .emptyID)
        #expect(reason(field, "\"" + String(repeating: "a", count: 256) + "\"") == .idTooLong)
        #expect(reason(field, "\"" + String(repeating: "é", count: 128) + "\"") == .idTooLong)
        #expect(reason(field, "\"" + String(repeating: "\\u0041", count: 256) + "\"") == .idTooLong)
        let escaped = try decoder.decode(eventText(field, "\"" + String(repeating: "\\u0041", count: 255) + "\""))
        #expect(Self.has(escaped, field, String(repeating: "A", count: 255), ids))
    }

    @Test("Texts that differ in a byte, in case or in normalisation are different ids.")
    func differentIDs() throws {
        let events = try IDTexts.awkward.map { text in
            let json = IDTexts.json(text)
            let event = eventText("event_id", json).replacing("\"product_id\":3", with: "\"product_id\":\(json)")
            return try decoder.decode(event)
        }
        #expect(Set(events.map(\.pair.product)).count == IDTexts.awkward.count)
        #expect(Set(events.map(\.id)).count == IDTexts.awkward.count)
    }

    @Test("An integer is the text of its digits.", arguments: fields)
    func integers(field: String) throws {
        let digits = ["0", "5", "-5", "2147483648", "9223372036854775808", "1" + String(repeating: "0", count: 254)]
        for number in digits {
            for message in [eventText(field, number), eventText(field, "\"\(number)\"")] {
                #expect(Self.has(try decoder.decode(message), field, number, ids), "\(number)")
                #expect(Self.has(try decoder.decode(Self.spaced(message)), field, number, ids), "\(number)")
            }
        }
        #expect(reason(field, "1" + String(repeating: "0", count: 255)) == .idTooLong)
        for number in ["5.0", "5.5", "5e0", "5E2", "-5.0", "0.0"] { #expect(reason(field, number) == .notAnInteger) }
        for number in ["05", "+5", "5.", "-"] { #expect(reason(field, number) == .invalidJSON, "\(number)") }
    }

    @Test("What is no text has its reason.", arguments: fields)
    func badTexts(field: String) {
        for value in [#""\u0000""#, #""a\u0000b""#, #""\ud800""#, #""a\udc00b""#, #""\ud83dx""#, #""\ude00\ud83d""#] {
            #expect(reason(field, value) == .invalidID, "\(value)")
        }
        for value in ["true", "false", "null", "{}", "[]", #"["SKU-1"]"#, #"{"a":"SKU-1"}"#] {
            #expect(reason(field, value) == .wrongType, "\(value)")
        }
        for value in ["\"\u{0}\"", "\"a\u{1}b\"", #""\x""#, #""\u12""#, "SKU-1", "'SKU-1'", "\"SKU"] {
            #expect(reason(field, value) == .invalidJSON, "\(value)")
        }
        let without = eventText().replacing("\"\(field)\"", with: "\"other\"")
        #expect(decoder.badness(without) == BadEvent(.missingField, "\(field) is missing"))
        let bytes = Array(eventText(field, "\"SKU?1\"").utf8).map { $0 == 0x3F ? 0xFF : $0 }
        #expect(throws: BadEvent.self) { try decoder.decode(bytes) }
    }

    @Test("Each id is a text or an integer for itself.")
    func mixedKinds() throws {
        for kinds in 0..<8 {
            func kind(_ bit: Int) -> IDKind { kinds & 1 << bit != 0 ? .text : .integer }
            let ids = IDs(event: kind(0), product: kind(1), warehouse: kind(2))
            let decoder = EventDecoder(ids: ids)
            for (bit, field) in Self.fields.enumerated() {
                // A text where an integer is configured is of the wrong type, digits or not.
                for text in ["SKU-1", "16"] {
                    let message = eventText(field, "\"\(text)\"")
                    if kind(bit) == .text {
                        #expect(Self.has(try decoder.decode(message), field, text, ids))
                    } else {
                        #expect(decoder.badness(message)?.reason == .wrongType)
                        #expect(decoder.badness(Self.spaced(message))?.reason == .wrongType)
                    }
                }
            }
            for message in [eventText(), Self.spaced(eventText())] {
                let event = try decoder.decode(message)
                #expect(event.id == (kind(0) == .text ? Self.hash("16") : EventID(16)))
                #expect(ids.string(event.pair.product) == "3" && ids.string(event.pair.warehouse) == "1")
                #expect(event.units == -185)
            }
        }
    }

    // MARK: Names

    @Test("Where no new texts are taken one is rejected, and the known ones still pass.")
    func tooManyNames() throws {
        let ids = IDs(event: .text, product: .text, warehouse: .text, maxNames: 3)
        func message(_ product: String, _ warehouse: String) -> String {
            eventText("product_id", "\"\(product)\"")
                .replacing("\"warehouse_id\":1", with: "\"warehouse_id\":\(warehouse)")
        }
        let first = try EventDecoder(ids: ids).decode(message("SKU-1", "\"us\""))
        let decoder = EventDecoder(ids: ids.withoutNewNames)
        for form in [message("SKU-3", "\"us\""), Self.spaced(message("SKU-3", "\"us\""))] {
            let error = decoder.badness(form)
            #expect(error?.reason == .tooManyNames)
            #expect(
                error?.message
                    == "product_id is new, and the pairs have as many different ids already as ids.max_names allows "
                    + "(3): \"SKU-3\"")
        }
        #expect(decoder.badness(message("SKU-1", "\"eu\""))?.message.hasPrefix("warehouse_id is new") == true)
        #expect(ids.names?.count == 2)
        #expect(try decoder.decode(message("SKU-1", "\"us\"")) == first)
        #expect(try decoder.decode(message(#"SKU\u002d1"#, "\"us\"")) == first)
        // Event ids are no names, and the rows of reference tables are the operator's own.
        let other = message("SKU-1", "\"us\"").replacing("16", with: "17")
        #expect(Self.has(try decoder.decode(other), "event_id", "17", ids))
        let products = try ReferenceRows.products(
            csv: Array("product_id,reorder_threshold\nSKU-3,5\nSKU-4,5\n".utf8), ids)
        #expect(products.count == 2)
        _ = try decoder.decode(message("SKU-4", "\"us\""))
    }

    @Test("What the predicted form accepts the scanner reads the same, and a bad event leaves no name behind.")
    func agreement() {
        var (accepted, bad) = (0, 0)
        for seed in UInt64(1)...12_000 {
            var random = SeededRandom(seed: seed)
            let ids = IDs(
                event: random.chance(3) ? .integer : .text, product: random.chance(3) ? .integer : .text,
                warehouse: random.chance(3) ? .integer : .text)
            let decoder = EventDecoder(ids: ids)
            var bytes = Array(Self.message(ids, &random).utf8)
            let other = Array(Self.message(ids, &random).utf8)
            for _ in 0..<random.below(3) { Mutation.apply(to: &bytes, other: other, &random) }
            withExactBytes(bytes) { block in
                let scanned = Result { () throws(BadEvent) in try decoder.scanned(block.bytes) }
                let count = ids.names?.count
                if case .failure = scanned {
                    bad += 1
                    #expect((count ?? 0) == 0, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
                }
                guard let event = decoder.quick(block.bytes) else { return }
                accepted += 1
                #expect(scanned == .success(event), "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
                #expect(ids.names?.count == count)
            }
        }
        #expect(accepted > 2000 && bad > 2000, "\(accepted) accepted, \(bad) bad")
    }

    /// An event mostly as the decoder predicts it.
    static func message(_ ids: IDs, _ random: inout SeededRandom) -> String {
        let (colon, comma) = random.chance(2) ? (":", ",") : (": ", ", ")
        func id(_ kind: IDKind, _ random: inout SeededRandom) -> String {
            if kind == .integer || random.chance(12) { return "\(random.below(1 << 31))" }
            if random.chance(4) { return IDTexts.json(random.pick(IDTexts.awkward), &random) }
            return "\"SKU-" + String(repeating: "x", count: random.below(random.pick([4, 40, 250]))) + "\""
        }
        var fields = [
            ("event_id", id(ids.event, &random)),
            ("event_type", "\"" + random.pick(["RECEIVED", "SHIPPED", "RETURNED"]) + "\""),
            ("product_id", id(ids.product, &random)), ("warehouse_id", id(ids.warehouse, &random)),
            ("quantity", "\(random.below(10_000))"), ("event_time", "\"2026-03-30T12:30:00Z\""),
        ]
        if random.chance(6) { fields.shuffle(using: &random) }
        return "{" + fields.map { "\"\($0.0)\"\(colon)\($0.1)" }.joined(separator: comma) + "}"
    }

    @Test("The usual form of an event with texts takes the quick way.")
    func predictedForm() {
        for text in ["S", "SKU-0815-XL", "4be0643f-1d98-573b-97cd-ca98a65347dd", String(repeating: "x", count: 255)] {
            for field in Self.fields {
                let message = eventText(field, "\"\(text)\"")
                    .replacing("_id\":16", with: "_id\":\"16\"").replacing("_id\":3", with: "_id\":\"3\"")
                    .replacing("_id\":1,", with: "_id\":\"1\",")
                for form in [message, Self.spaced(message)] {
                    let event = withExactBytes(Array(form.utf8)) { decoder.quick($0.bytes) }
                    #expect(event.map { Self.has($0, field, text, ids) } == true, "\(form)")
                }
            }
        }
    }
}

extension EventDecoder {
    /// The quick way of `decode`.
    fileprivate func quick(_ text: RawSpan) -> OrderEvent? { hasTexts ? predictedTexts(text) : predicted(text) }
}
