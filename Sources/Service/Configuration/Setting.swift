/// A key's value as it was read, with where it came from.
public struct Setting: Sendable {
    public let key: KeyEntry
    public let origin: Origin
    /// The value as written; a secret's shows nothing of it.
    public let value: String
    let isNull: Bool
    /// Tells a changed secret from an unchanged one without keeping it.
    private let fingerprint: Int

    init(key: KeyEntry, raw: RawValue, origin: Origin) {
        self.key = key
        self.origin = origin
        isNull = raw.isNull
        value = key.isSecret && !raw.isNull ? Mistake.redacted : PropertyRedaction.redacted(raw).written
        fingerprint = raw.hashValue
    }

    var isStandard: Bool { origin == .standard }

    /// Whether both hold the same value, wherever they come from.
    public func hasSameValue(as other: Setting) -> Bool {
        key.name == other.key.name && fingerprint == other.fingerprint
    }
}

extension Setting: CustomStringConvertible {
    public var description: String { "\(key.name) = \(value) (\(origin))" }
}

/// librdkafka properties that hold secrets or whole key files.
enum PropertyRedaction {
    static func isSecret(_ property: String) -> Bool {
        let property = property.lowercased()
        return property.contains("password") || property.contains("secret") || property.hasSuffix(".pem")
            || ["sasl.oauthbearer.config", "sasl.kerberos.kinit.cmd", "ssl_key"].contains(property)
    }

    static func redacted(_ raw: RawValue) -> RawValue {
        guard case .list(let entries) = raw else { return raw }
        return .list(
            entries.map { entry in
                let name = String(entry.prefix { $0 != "=" })
                return name != entry && isSecret(name) ? name + "=" + Mistake.redacted : entry
            })
    }
}
