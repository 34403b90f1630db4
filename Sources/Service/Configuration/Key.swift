internal import Configuration

/// One setting: the only place that knows its name, how its values are written, its default and what it does.
struct Key<Value: Sendable>: Sendable {
    let entry: KeyEntry
    let kind: Kind<Value>
    /// The default, read from its text as any other value is.
    let fallback: Value

    /// - Parameters:
    ///   - standard: The default as it would be written; a map as `name=value,name=value`.
    ///   - shipped: What `Config/stockd.yaml` sets instead, where a default cannot work out of the box.
    ///   - property: The librdkafka property the key stands for, which `kafka.properties` then may not set.
    init(
        _ name: String, _ kind: Kind<Value>, default standard: String, shipped: String? = nil,
        reloadable: Bool = false, secret: Bool = false, property: String? = nil, _ documentation: String
    ) {
        entry = KeyEntry(
            name: name, form: kind.form, expected: kind.expected, standard: standard, shipped: shipped,
            isReloadable: reloadable, isSecret: secret, property: property, documentation: documentation,
            accepts: { kind.parse($0) != nil })
        self.kind = kind
        guard let fallback = kind.parse(entry.standardValue) else {
            preconditionFailure("\(name): the default \"\(standard)\" is not \(kind.expected)")
        }
        self.fallback = fallback
    }
}

/// What is known of a key whatever its type: a row of the table of keys.
public struct KeyEntry: Sendable {
    /// The name in the file, sections joined by dots: `kafka.group_id`.
    public let name: String
    let form: RawValue.Form
    /// What its values must be: `a duration from 6s to 30m, …`.
    public let expected: String
    /// The default as it would be written.
    public let standard: String
    /// What the shipped file sets where the default cannot work out of the box.
    public let shipped: String?
    /// Whether SIGHUP applies a new value; every other key waits for a restart.
    public let isReloadable: Bool
    /// Never logged, and refused in the file.
    public let isSecret: Bool
    /// The librdkafka property the key stands for.
    public let property: String?
    public let documentation: String
    let accepts: @Sendable (RawValue) -> Bool

    /// `kafka.group_id` is `STOCKD_KAFKA_GROUP_ID`.
    public var environmentName: String {
        KeyEntry.environmentPrefix + name.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
    }

    static let environmentPrefix = "STOCKD_"

    var path: [String] { name.split(separator: ".").map(String.init) }

    /// The same key as swift-configuration's providers know it.
    var providerKey: AbsoluteConfigKey { AbsoluteConfigKey(path) }

    var standardValue: RawValue { RawValue(written: standard, form: form) }
}

extension RawValue {
    /// A value from a place that holds only text.
    init(written text: String, form: Form) {
        self = form == .text ? .text(text) : .list(RawValue.elements(of: text))
    }

    static func elements(of text: String) -> [String] {
        text.split(separator: ",").map { element in
            let head = element.drop { $0.isWhitespace }
            return String(head.reversed().drop { $0.isWhitespace }.reversed())
        }
    }
}
