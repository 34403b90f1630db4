import CRDKafka

extension ClientSettings {
    /// One property that cannot be used.
    public struct Problem: Sendable, Hashable {
        public let key: String
        /// Why, and what to do instead; never the value of a secret.
        public let message: String
        /// Neither librdkafka nor the Java client has such a property, so the name may be misspelt.
        public let isUnknown: Bool
    }

    /// Everything wrong with pass-through properties, sorted by key; empty when all can be used.
    public static func problems(in properties: [String: String]) -> [Problem] {
        guard let scratch = rd_kafka_conf_new() else { return [] }
        defer { rd_kafka_conf_destroy(scratch) }
        return properties.sorted { $0.key < $1.key }.compactMap { problem($0, $1, scratch) }
    }

    /// Every property that may be meant by a misspelt name.
    public static var knownProperties: Set<String> {
        PropertyCatalogue.all.union(RefusedProperty.names).union(JavaProperty.names)
    }

    /// The librdkafka property that a name is another name of; the name itself for most.
    public static func canonical(_ property: String) -> String { PropertyCatalogue.canonical(property) }

    private static func problem(_ key: String, _ value: String, _ scratch: OpaquePointer) -> Problem? {
        if let refusal = RefusedProperty.named(key) {
            return Problem(key: key, message: refusal.message, isUnknown: false)
        }
        if !PropertyCatalogue.has(key) {
            // Spelt as in a variable, or in capitals.
            let plain = key.lowercased().replacing("_", with: ".")
            if let message = RefusedProperty.named(plain)?.message ?? JavaProperty.remedy(plain) {
                return Problem(key: key, message: message, isUnknown: false)
            }
        }
        if SaslMechanism.properties.contains(key), !SaslMechanism.names.contains(value) {
            let names = SaslMechanism.names.joined(separator: ", ")
            return Problem(key: key, message: "must be one of \(names)", isUnknown: false)
        }
        let values = PropertyCatalogue.values(of: key)
        // librdkafka cuts a number that does not fit down to 32 bits, and takes what is left.
        if case .range(let range)? = values, let number = Int64(value), !range.contains(number) {
            return Problem(key: key, message: "must be \(PropertyCatalogue.Values.range(range))", isUnknown: false)
        }
        var text = CBuffer()
        switch text.fill({ rd_kafka_conf_set(scratch, key, value, $0, $1) }) {
        case RD_KAFKA_CONF_OK: return nil
        case RD_KAFKA_CONF_UNKNOWN:
            let message = "librdkafka \(LibraryVersion.text) has no such property"
            return Problem(key: key, message: message, isUnknown: true)
        default:
            // One of them may be missing in a build.
            if let values, !values.contains(value) {
                return Problem(key: key, message: "must be \(values)", isUnknown: false)
            }
            // librdkafka quotes the value that it did not understand.
            let isQuoted = SecretProperty.holdsSecret(key, value) && SecretText.isQuoted(value, in: text.string)
            let message = isQuoted ? "the value is not valid (not shown: it is a secret)" : text.string
            return Problem(key: key, message: message, isUnknown: false)
        }
    }
}
