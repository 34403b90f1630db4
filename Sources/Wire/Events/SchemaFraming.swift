/// What the serializers of a schema registry put before a value. Nobody can read it without the registry, and JSON
/// never begins like that.
struct SchemaFraming {
    /// What was found, for a sentence.
    private let found: String

    /// Nil when the bytes begin with no framing.
    init?(_ bytes: RawSpan) {
        if let id = Self.id(bytes, ofBytes: 4) {
            found = "schema-registry framing (a zero byte and schema id \(id)\(Self.content(bytes, at: 5)))"
        } else if let id = Self.id(bytes, ofBytes: 8), bytes.has(0x7B, at: 9) {
            // Apicurio's registry, whose ids may have eight bytes.
            found = "schema-registry framing (a zero byte and schema id \(id))"
        } else if bytes.has(3, at: 0), bytes.has(0, at: 1) || bytes.has(5, at: 1), bytes.byteCount > 18 {
            found = "schema-registry framing (the 18 bytes of AWS Glue's registry)"
        } else {
            return nil
        }
    }

    /// Says so of what is named: "the message", "the key".
    func sentence(_ subject: String) -> String {
        "\(subject) begins with \(found), so every message of such a topic fails: write plain JSON, with Kafka "
            + "Connect's JsonConverter or with a serializer that uses no schema registry"
    }

    /// The schema id of Confluent's framing, big-endian behind a zero byte. No registry gives id 0.
    private static func id(_ bytes: RawSpan, ofBytes width: Int) -> UInt64? {
        guard bytes.has(0, at: 0), bytes.byteCount > width + 1 else { return nil }
        // Eight bytes are more likely a binary number.
        guard bytes.byteCount != 8 || bytes.has(0x7B, at: 5) else { return nil }
        let id = (1...width).reduce(UInt64(0)) { $0 << 8 | UInt64(bytes.byte($1)) }
        return id == 0 ? nil : id
    }

    private static func content(_ bytes: RawSpan, at start: Int) -> String {
        var at = start
        bytes.skipSpace(at: &at)
        return bytes.has(0x7B, at: at) ? "" : ", with Avro or Protobuf behind them"
    }
}
