internal import Configuration
internal import Kafka

/// A setting as it was written, before its kind gives it a meaning.
enum RawValue: Hashable, Sendable {
    case text(String)
    /// Elements of a list, or a map's entries as `name=value`.
    case list([String])

    /// How a key's value is written; also the type swift-configuration's providers are asked for.
    enum Shape: Sendable {
        case text
        case list
        case map

        var type: ConfigType { self == .text ? .string : .stringArray }
    }

    init?(_ content: ConfigContent) {
        switch content {
        case .string(let text): self = .text(text)
        case .stringArray(let elements): self = .list(elements)
        default: return nil
        }
    }

    fileprivate var content: ConfigContent {
        switch self {
        case .text(let text): .string(text)
        case .list(let elements): .stringArray(elements)
        }
    }

    /// `null` is a text, because an environment variable has no other way to say it.
    var isNull: Bool {
        switch self {
        case .text(let text): RawValue.isNull(text)
        case .list(let elements): elements.count == 1 && RawValue.isNull(elements[0])
        }
    }

    /// A map's entries from a layer of text, which is split at every comma, those inside a value included:
    /// `debug=cgrp,topic`. What follows a secret belongs to it unless it names a property, so that no part of a secret
    /// is taken for a name.
    var joined: RawValue {
        guard case .list(let parts) = self else { return self }
        var entries: [String] = []
        for part in parts where !part.isEmpty {
            guard let last = entries.last, !Self.begins(part, after: last) else {
                entries.append(part)
                continue
            }
            entries[entries.count - 1] = last + "," + part
        }
        return .list(entries)
    }

    private static func begins(_ part: String, after last: String) -> Bool {
        guard part.contains("=") else { return !last.contains("=") }
        guard SecretProperty.holdsSecret(String(last.prefix { $0 != "=" })) else { return true }
        return ClientSettings.knownProperties.contains(String(part.prefix { $0 != "=" }))
    }

    static func isNull(_ text: String) -> Bool { text == "null" || text == "~" }

    var written: String {
        switch self {
        case .text(let text): text
        case .list(let elements): elements.joined(separator: ",")
        }
    }
}

extension InMemoryProvider {
    /// A layer for swift-configuration, of values by the names of keys.
    init(name: String, _ values: [String: RawValue]) {
        var found: [AbsoluteConfigKey: ConfigValue] = [:]
        for (name, value) in values {
            guard let key = Keys.named(name) else { continue }
            found[key.providerKey] = ConfigValue(value.content, isSecret: key.isSecret)
        }
        self.init(name: name, values: found)
    }
}
