internal import Configuration

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
            guard let key = Keys.byName[name] else { continue }
            found[key.providerKey] = ConfigValue(value.content, isSecret: key.isSecret)
        }
        self.init(name: name, values: found)
    }
}
