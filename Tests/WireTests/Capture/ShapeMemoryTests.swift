import Inventory
import TestSupport
import Testing

@testable import Wire

/// A decoder remembers how the last messages were built. This must never change what it reads.
@Suite struct ShapeMemoryTests {
    private static let row = DebeziumText.row()

    private static let messages: [String] = [
        DebeziumText.envelope("c", after: row), DebeziumText.envelope("u", before: row, after: row),
        DebeziumText.envelope("d", before: DebeziumText.keyAlone()), DebeziumText.envelope("t"),
        row, #"{ "event_id" : 7 , "product_id":[1,{"a":"b"},[]], "__op" : "u", "__lsn":5,"after":{} }"#,
        #"{"after":{"event_id":1,"event_id":2,"more":{"quantity":3}},"op":"c","source":{"lsn":4,"lsn":5}}"#,
        #"{"database":"d","table":"t","ts":1,"data":{"event_id":1},"type":"insert"}"#,
        #"{"\u0061fter":{"event_id":1},"op":"c","after":null,"before":7,"source":{"file":"b.1","pos":2}}"#,
    ]

    private static let formats: [SourceFormat] = {
        var within = SourceFormat()
        within.fields = ["event_id": "after.more.quantity", "quantity": "product_id", "event_time": "data.event_id"]
        return SourceFormat.Envelope.allCases.map { SourceFormat($0) } + [within]
    }()

    /// Values that stand in the place of others, not all of them JSON.
    private static let scalars = [
        "null", "true", "0", "-7", "12345678", "123456789012345678901234567890", "1.5e3", "\"\"", "\"SHIPPED\"",
        "\"a\\\"b\"", "\"\\u007b\"", "\"店\"", "\"2026-03-30T12:00:00Z\"", "{}", "[]", "{\"event_id\":9}", "[1,2]",
        "01",
        "1.", "tru", "\"", "", "1,\"op\":\"d\"", "\"x\":1", "\u{1}",
    ]

    private func read(_ decoder: InputDecoder, _ value: [UInt8]) -> Result<InputMessage, BadEvent> {
        withExactBytes(value) { value in
            Result { () throws(BadEvent) in try decoder.decode(key: nil, value: value) }
        }
    }

    /// The message with one of its scalars, names included, replaced.
    private static func replacing(_ message: String, _ random: inout SeededRandom) -> String {
        var ranges: [Range<String.Index>] = []
        var start: String.Index?
        var isText = false
        for index in message.indices {
            let isMark = !isText && "{}[],: ".contains(message[index])
            if message[index] == "\"" { isText.toggle() }
            if isMark, let begun = start {
                ranges.append(begun..<index)
                start = nil
            } else if !isMark, start == nil {
                start = index
            }
        }
        guard !ranges.isEmpty else { return message }
        let range = random.pick(ranges)
        return message[..<range.lowerBound] + random.pick(scalars) + message[range.upperBound...]
    }

    @Test("other values in a known shape are read as without a memory")
    func values() {
        for seed in UInt64(1)...1_500 {
            var random = SeededRandom(seed: seed)
            let format = random.pick(Self.formats)
            let decoder = InputDecoder(format: format)
            for _ in 0..<20 {
                var message = random.pick(Self.messages)
                for _ in 0..<random.below(3) { message = Self.replacing(message, &random) }
                let value = Array(message.utf8)
                #expect(
                    read(decoder, value) == read(InputDecoder(format: format), value), "seed \(seed): \(message)")
            }
        }
    }

    @Test("a message cut off anywhere is read as without a memory")
    func cut() {
        let value = Array(DebeziumText.envelope("u", before: Self.row, after: Self.row).utf8)
        let decoder = InputDecoder()
        for count in value.indices {
            let part = Array(value[..<count])
            _ = read(decoder, value)
            #expect(read(decoder, part) == read(InputDecoder(), part), "the first \(count) bytes")
        }
    }

    /// Whether the memory knows the message's shape.
    private func fits(_ memory: ShapeMemory, _ message: String) -> Bool {
        withExactBytes(Array(message.utf8)) { bytes in
            var (at, scan) = (0, CaptureScan())
            let isKnown = memory.scan(bytes.bytes, at: &at, into: &scan)
            #expect(at == (isKnown ? bytes.count : 0))
            return isKnown
        }
    }

    /// As a decoder does: only what was looked for in vain is remembered.
    private func remember(_ memory: ShapeMemory, _ message: String) throws {
        _ = fits(memory, message)
        try withExactBytes(Array(message.utf8)) { bytes in
            var at = 0
            let map = ColumnMap(["event_id"])
            let scan = try CaptureScan(bytes.bytes, at: &at, map, ColumnMap([]))
            memory.remember(bytes.bytes, 0..<at, scan)
        }
    }

    @Test("a shape is known with other values, up to eight shapes, and not with other names or objects")
    func shapes() throws {
        let memory = ShapeMemory()
        #expect(!fits(memory, #"{"a":1}"#))
        try remember(memory, #"{"a":1,"b":{"c":"x"}}"#)
        #expect(fits(memory, #"{"a":null,"b":{"c":-1.5e7}}"#))
        for other in [
            #"{"a":1,"b":{"d":"x"}}"#, #"{"a":1,"b":7}"#, #"{"a":{},"b":{"c":"x"}}"#, #"{"a":1,"b":{"c":"x"},"d":1}"#,
            #"{"a": 1,"b":{"c":"x"}}"#, #"{"a":1,"b":{"c":"x"}"#,
        ] { #expect(!fits(memory, other)) }
        // They earn what the first shape cost.
        for _ in 0..<32 { #expect(fits(memory, #"{"a":2,"b":{"c":3}}"#)) }
        for number in 0..<8 { try remember(memory, #"{"n\#(number)":1}"#) }
        #expect(!fits(memory, #"{"a":1,"b":{"c":"x"}}"#))
        for number in 0..<8 { #expect(fits(memory, #"{"n\#(number)":2}"#)) }
    }

    @Test("where each message has a shape of its own, few are remembered, and a new shape still is in the end")
    func wildShapes() throws {
        let memory = ShapeMemory()
        func message(_ number: Int) -> String { #"{"n\#(number)":1}"# }
        for number in 0..<1_000 {
            #expect(!fits(memory, message(number)))
            try remember(memory, message(number))
        }
        #expect((900..<1_000).count { fits(memory, message($0)) } < 2)
        var turns = 0
        while !fits(memory, #"{"steady":1}"#) {
            try remember(memory, #"{"steady":1}"#)
            turns += 1
            guard turns < 1_000 else { break }
        }
        #expect(turns < 1_000)
    }
}
