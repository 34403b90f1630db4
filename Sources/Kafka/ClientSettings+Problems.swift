import CRDKafka

extension ClientSettings {
    /// One property that cannot be used.
    public struct Problem: Sendable, Hashable {
        public let key: String
        /// Why, and what to do instead; never the value of a secret.
        public let message: String
    }

    /// Everything wrong with pass-through properties, sorted by key; empty when all can be used.
    public static func problems(in properties: [String: String]) -> [Problem] {
        guard let scratch = rd_kafka_conf_new() else { return [] }
        defer { rd_kafka_conf_destroy(scratch) }
        return properties.sorted { $0.key < $1.key }.compactMap { key, value in
            problem(key, value, scratch).map { Problem(key: key, message: $0) }
        }
    }

    private static func problem(_ key: String, _ value: String, _ scratch: OpaquePointer) -> String? {
        if let refusal = RefusedProperty.named(key) { return refusal.message }
        var text = CBuffer()
        let result = text.fill { rd_kafka_conf_set(scratch, key, value, $0, $1) }
        if result == RD_KAFKA_CONF_OK { return nil }
        // librdkafka quotes the value that it did not understand.
        let isQuoted = SecretProperty.holdsSecret(key) && !value.isEmpty && text.string.contains(value)
        return isQuoted ? "the value is not valid (not shown: it is a secret)" : text.string
    }
}
