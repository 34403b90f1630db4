import Inventory
import Testing
import Wire

@Suite struct SchemaFramingTests {
    private let event =
        #"{"event_id":2,"event_type":"RECEIVED","product_id":1,"warehouse_id":1,"quantity":10,"#
        + #""event_time":"2026-03-30T08:00:00Z"}"#

    private func badness(key: [UInt8]? = nil, _ value: [UInt8]?, _ format: SourceFormat = SourceFormat()) -> BadEvent?
    {
        let decoder = InputDecoder(format: format)
        do throws(BadEvent) {
            _ = try withBytes(key) { (key) throws(BadEvent) in
                try withBytes(value) { (value) throws(BadEvent) in try decoder.decode(key: key, value: value) }
            }
            return nil
        } catch {
            return error
        }
    }

    private func withBytes<R>(
        _ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) throws(BadEvent) -> R
    ) throws(BadEvent) -> R {
        guard let bytes else { return try body(nil) }
        return try withExactBytes(bytes) { (bytes) throws(BadEvent) in try body(bytes) }
    }

    private func referenceBadness(key: [UInt8]?, _ value: [UInt8]?) -> BadEvent? {
        do throws(BadEvent) {
            _ = try withBytes(key) { (key) throws(BadEvent) in
                try withBytes(value) { (value) throws(BadEvent) in
                    try ReferenceDecoder().product(key: key, value: value)
                }
            }
            return nil
        } catch {
            return error
        }
    }

    /// A header of each registry, and what the message says of it.
    static let headers: [([UInt8], String)] = [
        ([0, 0, 0, 0, 12], "a zero byte and schema id 12)"),
        ([0, 0, 0, 0, 200], "a zero byte and schema id 200)"),
        ([0, 0xDE, 0xAD, 0xBE, 0xEF], "a zero byte and schema id 3735928559)"),
        ([0, 0, 0, 0, 0, 0, 0, 0, 9], "a zero byte and schema id 9)"),
        ([3, 0] + (0..<16).map { UInt8($0) * 15 }, "the 18 bytes of AWS Glue's registry)"),
        ([3, 5] + (0..<16).map { UInt8($0) * 15 }, "the 18 bytes of AWS Glue's registry)"),
    ]

    @Test("An event with a schema registry's header says so, and what to do.", arguments: headers)
    func framedEvents(header: [UInt8], found: String) throws {
        for envelope in SourceFormat.Envelope.allCases {
            let bad = try #require(badness(header + Array(event.utf8), SourceFormat(envelope)))
            #expect(bad.reason == .invalidJSON)
            #expect(
                bad.message == "the message begins with schema-registry framing (\(found), so every message of such "
                    + "a topic fails: write plain JSON, with Kafka Connect's JsonConverter or with a serializer "
                    + "that uses no schema registry")
        }
        #expect(badness(Array(event.utf8)) == nil)
    }

    @Test("Avro and Protobuf behind a schema id are named.")
    func binaryContent() {
        let avro: [UInt8] = [0, 0, 0, 0, 7, 4, 0x10, 0x52, 0x45, 0x43, 0x45, 0x49, 0x56, 0x45, 0x44, 2, 2, 20]
        let bad = badness(avro)
        #expect(bad?.reason == .invalidJSON)
        #expect(bad?.message.contains("schema id 7, with Avro or Protobuf behind them)") == true)
        // A binary number is no framing.
        #expect(badness([0, 0, 0, 0, 0, 0, 0, 7])?.message.contains("framing") == false)
        #expect(badness([0, 0, 0, 7])?.message.contains("framing") == false)
    }

    @Test("A framed row or key of a reference topic says so.")
    func referenceTopics() {
        let header: [UInt8] = [0, 0, 0, 0, 1]
        let row = Array(#"{"product_id":7,"product_name":"a","category":"b","reorder_threshold":5}"#.utf8)
        let key = header + Array(#"{"product_id":7}"#.utf8)
        #expect(referenceBadness(key: nil, header + row)?.reason == .invalidJSON)
        #expect(referenceBadness(key: nil, header + row)?.message.contains("schema-registry framing") == true)
        for value in [row, nil] {
            let bad = referenceBadness(key: key, value)
            #expect(bad?.reason == .missingKey)
            #expect(bad?.message.hasPrefix("the key begins with schema-registry framing (a zero byte and") == true)
        }
        #expect(referenceBadness(key: Array("7".utf8), row) == nil)
    }

    @Test("A framed key is named where the key must say which row is deleted, and nowhere else.")
    func framedKeys() {
        let key: [UInt8] = [0, 0, 0, 0, 1] + Array(#"{"event_id":16}"#.utf8)
        let debezium = SourceFormat(.debezium)
        let delete = Array(DebeziumText.envelope("d").utf8)
        for bad in [badness(key: key, nil, debezium), badness(key: key, delete, debezium), badness(key: key, delete)] {
            #expect(bad?.reason == .missingKey)
            #expect(bad?.message.hasPrefix("the key begins with schema-registry framing") == true)
        }
        #expect(badness(key: key, nil) == nil)
        #expect(badness(key: key, nil, SourceFormat(.json)) == nil)
        #expect(badness(key: key, Array(event.utf8)) == nil)
    }

    @Test("Content that is no JSON at all is named.")
    func foreignContent() {
        let utf16 = event.utf16.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        let rest = [UInt8](repeating: 0x77, count: 40)
        for (bytes, name) in [
            (utf16, "text in UTF-16"), ([0xFE, 0xFF] + utf16, "text in UTF-16"),
            (event.unicodeScalars.flatMap { [UInt8($0.value), 0, 0, 0] }, "text in UTF-32"),
            ([0x1F, 0x8B, 8, 0] + rest, "gzip-compressed data"),
            ([0x28, 0xB5, 0x2F, 0xFD] + rest, "zstd-compressed data"),
            ([0x82] + Array("SNAPPY".utf8) + [0, 0, 0, 0, 1] + rest, "snappy-compressed data"),
            ([0xFD] + Array("7zXZ".utf8) + [0] + rest, "xz-compressed data"),
            (Array("PK\u{3}\u{4}".utf8) + rest, "a zip archive"), (Array("PAR1".utf8) + rest, "a Parquet file"),
        ] as [([UInt8], String)] {
            let isUTF8 = String(validating: bytes, as: UTF8.self) != nil
            let bad = badness(bytes)
            #expect(bad?.message == "the message is \(name), but stockd reads JSON in UTF-8")
            #expect(bad?.reason == (isUTF8 ? .invalidJSON : .invalidUTF8))
        }
    }

    @Test("An event that was written as JSON twice is named.")
    func writtenTwice() {
        let twice = #""{\"event_id\":2}""#
        for text in [twice, #"{"schema":{"type":"string","optional":false},"payload":\#(twice)}"#] {
            let bad = badness(Array(text.utf8))
            #expect(bad?.reason == .notAnObject)
            #expect(
                bad?.message == "the message is a string that holds JSON, which was written as JSON twice: \(twice)")
        }
    }
}
