internal import Kafka

/// A key's value as it was read, with where it came from.
public struct Setting: Sendable {
    public let key: KeyEntry
    public let origin: Origin
    /// The value as written; a secret's is redacted.
    public let value: String
    let isNull: Bool
    /// Tells a changed secret from an unchanged one without keeping it.
    private let fingerprint: Int

    init(key: KeyEntry, raw: RawValue, origin: Origin) {
        self.key = key
        self.origin = origin
        isNull = raw.isNull
        value = key.isSecret && !raw.isNull ? Mistake.redacted : raw.redacted.written
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

extension RawValue {
    /// A map's entries that are librdkafka properties, without the secrets.
    fileprivate var redacted: RawValue {
        guard case .list(let entries) = self else { return self }
        return .list(
            entries.map { entry in
                let name = String(entry.prefix { $0 != "=" })
                return name != entry && SecretProperty.holdsSecret(name)
                    ? name + "=" + Mistake.redacted : entry
            })
    }
}
