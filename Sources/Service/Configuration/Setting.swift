internal import Kafka

/// A key's value as it was read, with where it came from.
public struct Setting: Sendable {
    public let key: KeyEntry
    public let origin: Origin
    /// The value as written; a secret's is redacted.
    public let value: String
    let isNull: Bool
    /// Somebody gave it a value that is not its default.
    let isChanged: Bool
    /// Tells a changed secret from an unchanged one without keeping it.
    private let fingerprint: Int

    init(key: KeyEntry, raw: RawValue, origin: Origin) {
        self.key = key
        self.origin = origin
        isNull = raw.isNull
        let isStandardValue = raw == key.standardValue || raw.isNull && key.standardValue.isNull
        isChanged = origin != .standard && !isStandardValue
        value = key.isSecret && !raw.isNull ? Mistake.redacted : SecretText.masked(raw.redacted(key).written)
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
    /// The librdkafka properties without what may be a secret.
    fileprivate func redacted(_ key: KeyEntry) -> RawValue {
        guard key.name == "kafka.properties", case .list(let entries) = self else { return self }
        return .list(
            entries.map { entry in
                let name = String(entry.prefix { $0 != "=" })
                return SecretProperty.maybeShown(name) ? entry : name + "=" + Mistake.redacted
            })
    }
}
