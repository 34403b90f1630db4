import Inventory
import TestSupport
import Testing

@testable import Wire

/// A decoder remembers the beginning of the last message with a schema. This must never change what it reads.
@Suite struct SchemaMemoryTests {
    private static func withUnit(_ unit: String, quantity: String = "185", time: String) -> String {
        let fields = DebeziumText.rowFields(
            time: DebeziumText.field("event_time", "int64", "io.debezium.time.\(unit)"),
            quantity: DebeziumText.decimal("quantity", scale: 0))
        let row = DebeziumText.row(quantity: quantity, time: time)
        return DebeziumText.withSchema(DebeziumText.envelope("u", before: row, after: row), fields)
    }

    private static let messages: [String] = [
        withUnit("MicroTimestamp", time: "5000000"), withUnit("Timestamp", time: "5000000"),
        withUnit("MicroTimestamp", quantity: "\"ALk=\"", time: "7000000"),
        withUnit("MicroTimestamp", time: "\"nonsense\""),
        DebeziumText.withSchema(DebeziumText.envelope("c", after: DebeziumText.row(id: "17"))),
        DebeziumText.withSchema(DebeziumText.envelope("d", before: DebeziumText.keyAlone())),
        DebeziumText.withSchema(DebeziumText.envelope("t")),
        DebeziumText.rowWithSchema(DebeziumText.row()), DebeziumText.envelope("c", after: DebeziumText.row()),
        #"{"schema":{"type":"int32"},"payload":7}"#, #"{"schema":{"type":"int32"},"payload":null}"#,
        #"{"schema":{"type":"int32"},"payload":{"ts_ms":7}}"#,
        #"{"schema":{"type":"int32"},"payload":{"ts_ms":7},"payload":{"ts_ms":"8"}}"#,
        #"{"schema":{"type":"int32"},"payload":{"ts_ms":7},"event_id":8}"#,
    ]

    private static let formats: [SourceFormat] = {
        var within = SourceFormat()
        within.fields = ["event_id": "payload.after.event_id", "quantity": "schema.version"]
        return SourceFormat.Envelope.allCases.map { SourceFormat($0) } + [within]
    }()

    private func read(_ decoder: InputDecoder, _ value: [UInt8]) -> Result<InputMessage, BadEvent> {
        withExactBytes(value) { value in
            Result { () throws(BadEvent) in try decoder.decode(key: nil, value: value) }
        }
    }

    private func read(
        _ decoder: ReferenceDecoder, _ value: [UInt8]
    ) -> Result<ReferenceMessage<ProductPatch>, BadEvent> {
        withExactBytes(value) { value in
            Result { () throws(BadEvent) in try decoder.product(key: nil, value: value) }
        }
    }

    @Test("a message is read the same whatever messages came before it")
    func sequences() {
        for seed in UInt64(1)...600 {
            var random = SeededRandom(seed: seed)
            let format = random.pick(Self.formats)
            let decoder = InputDecoder(format: format)
            let reference = ReferenceDecoder(format: format)
            for _ in 0..<12 {
                var value = Array(random.pick(Self.messages).utf8)
                if random.chance(3) {
                    let other = Array(random.pick(Self.messages).utf8)
                    Mutation.apply(to: &value, other: other, &random)
                }
                // The decoder remembers the previous message in the first round, and this one in the second.
                for _ in 0..<2 {
                    #expect(read(decoder, value) == read(InputDecoder(format: format), value), "seed \(seed)")
                    #expect(
                        read(reference, value) == read(ReferenceDecoder(format: format), value),
                        "seed \(seed)")
                }
            }
        }
    }

    @Test("a schema that changes between messages counts at once")
    func changingSchema() throws {
        let decoder = InputDecoder()
        func time(_ text: String) throws -> Int64? {
            guard case .change(.upsert(let event, _)) = try decoder.decode(text) else { return nil }
            return event.time.microseconds
        }
        for _ in 0..<3 {
            #expect(try time(Self.withUnit("MicroTimestamp", time: "5000000")) == 5_000_000)
            #expect(try time(Self.withUnit("MicroTimestamp", time: "6000000")) == 6_000_000)
            #expect(try time(Self.withUnit("Timestamp", time: "5000000")) == 5_000_000_000)
        }
    }

    @Test("threads that share a decoder each read their own messages")
    func threads() async {
        let decoder = InputDecoder()
        await withTaskGroup(of: Bool.self) { group in
            for unit in ["MicroTimestamp", "Timestamp", "NanoTimestamp"] {
                let value = Array(Self.withUnit(unit, time: "5000000000").utf8)
                let alone = read(InputDecoder(), value)
                group.addTask { (0..<2_000).allSatisfy { _ in self.read(decoder, value) == alone } }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
