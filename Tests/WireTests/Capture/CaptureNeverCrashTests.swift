import Inventory
import TestSupport
import Testing

@testable import Wire

/// Decodes damaged captured messages, each message and key in a block of exactly its size.
@Suite struct CaptureNeverCrashTests {
    static let messages: [String] = {
        let row = DebeziumText.row()
        let product = ReferenceDecoderTests.row(price: "\"B88=\"")
        let decimals = DebeziumText.rowFields(
            time: DebeziumText.field("event_time", "int64", "io.debezium.time.MicroTimestamp"),
            quantity: DebeziumText.decimal("quantity", scale: 2))
        return [
            DebeziumText.envelope("c", after: row), DebeziumText.oldEnvelope("u", before: row, after: row),
            DebeziumText.envelope("d", before: row, source: DebeziumText.mysql()), DebeziumText.envelope("t"),
            DebeziumText.withSchema(
                DebeziumText.envelope("u", after: DebeziumText.row(quantity: "\"AMLs\"", time: "5000000")),
                decimals),
            DebeziumText.rowWithSchema(row), DebeziumText.keyWithSchema(), DebeziumText.key(),
            row.dropLast() + #","__op":"u","__lsn":7,"__sequence":"[null,\"8\"]","__deleted":"false"}"#,
            DebeziumText.withSchema(
                DebeziumText.envelope("u", after: product), DebeziumText.decimal("unit_price", scale: 2)),
            DebeziumText.envelope(
                "u", after: product.replacing("\"B88=\"", with: #"{"scale":2,"value":"B88="}"#)),
            DebeziumText.envelope("u", before: TextIDCaptureTests.row, after: TextIDCaptureTests.row),
            DebeziumText.withSchema(
                DebeziumText.envelope("d", before: TextIDCaptureTests.row), TextIDCaptureTests.fields()),
            #"{"product_id":"SKU-1"}"#, "\"SKU\\u002d1\"", "SKU-1",
            #"{"ts_ms":1}"#, "7", "\"7\"", "null", "", "\0\0\0\0\u{7}{}",
        ] + ForeignChangeTests.messages.map(\.1)
    }()

    private static let ids = IDs(event: .text, product: .text, warehouse: .text, maxNames: 1000)

    private static let decoders: [InputDecoder] = {
        var mapped = SourceFormat(.debezium)
        mapped.fields = ["quantity": "after.quantity", "event_id": "payload.event_id", "event_time": "a.b.c"]
        mapped.encodings = ["quantity": .base64(scale: 2), "event_time": .epoch(.days)]
        var within = SourceFormat(.json)
        for field in EventField.allCases { within.fields[field.name] = "data.\(field.name)" }
        return [
            InputDecoder(), InputDecoder(unknownType: .deadLetter, format: mapped), InputDecoder(format: within),
            InputDecoder(ids: ids), InputDecoder(ids: ids, format: mapped),
        ]
            + SourceFormat.Envelope.allCases.map { InputDecoder(format: SourceFormat($0)) }
    }()

    private func readEverything(key: [UInt8], value: [UInt8]) {
        withExactBytes(key) { key in
            withExactBytes(value) { value in
                for decoder in Self.decoders {
                    check { () throws(BadEvent) in _ = try decoder.decode(key: key, value: value) }
                    check { () throws(BadEvent) in _ = try decoder.decode(key: value, value: nil) }
                    _ = decoder.typeName(value)
                }
                for reference in [ReferenceDecoder(), ReferenceDecoder(ids: Self.ids)] {
                    check { () throws(BadEvent) in _ = try reference.product(key: key, value: value) }
                    check { () throws(BadEvent) in _ = try reference.warehouse(key: nil, value: value) }
                    check { () throws(BadEvent) in _ = try reference.product(key: value, value: nil) }
                }
            }
        }
    }

    /// Checks that the error of a bad message is one short line, whatever it quotes.
    private func check(_ body: () throws(BadEvent) -> Void) {
        do throws(BadEvent) {
            try body()
        } catch {
            #expect(
                error.message.unicodeScalars.allSatisfy { $0.value >= 0x20 }
                    && error.message.utf8.count < 4000)
        }
    }

    @Test("damaged messages and keys are read without harm")
    func damagedMessages() {
        for seed in UInt64(1)...1500 {
            var random = SeededRandom(seed: seed)
            var value = Array(random.pick(Self.messages).utf8)
            var key = Array(random.pick(Self.messages).utf8)
            let other = Array(random.pick(Self.messages).utf8)
            for _ in 0..<1 + random.below(5) {
                Mutation.apply(to: &value, other: other, &random)
                if random.chance(3) { Mutation.apply(to: &key, other: other, &random) }
            }
            readEverything(key: key, value: value)
        }
    }

    @Test("every beginning of a good message is read without harm")
    func cutMessages() {
        for message in Self.messages {
            let bytes = Array(message.utf8)
            for cut in stride(from: 0, through: bytes.count, by: bytes.count > 1000 ? 7 : 1) {
                readEverything(key: Array(bytes[cut...]), value: Array(bytes[..<cut]))
            }
        }
    }

    @Test("deep nesting in any member does not overflow the stack")
    func deepNesting() {
        let deep = String(repeating: "[", count: 200_000) + String(repeating: "]", count: 200_000)
        let open = String(repeating: #"{"after":"#, count: 100_000)
        for value in [
            #"{"before":\#(deep),"after":\#(DebeziumText.row()),"source":{"lsn":\#(deep)},"op":"c"}"#,
            #"{"schema":{"fields":\#(deep)},"payload":{"after":{"event_time":5},"op":"c"}}"#,
            open + "1" + String(repeating: "}", count: 100_000), open,
            String(repeating: #"{"schema":{},"payload":"#, count: 50_000),
        ] {
            readEverything(key: Array("{}".utf8), value: Array(value.utf8))
        }
    }
}
