internal import Configuration

/// A setting as its section declares it: a row of the table of keys.
public struct KeyEntry: Sendable {
    /// The name in the file, sections joined by dots: `kafka.group_id`.
    public let name: String
    let shape: RawValue.Shape
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

    /// `kafka.group_id` is `STOCKD_KAFKA_GROUP_ID`.
    public var environmentName: String { Self.environmentName(name) }

    static func environmentName(_ name: String) -> String {
        environmentPrefix + name.uppercased().replacing(".", with: "_")
    }

    func renamed(_ name: String) -> KeyEntry {
        KeyEntry(
            name: name, shape: shape, expected: expected, standard: standard, shipped: shipped,
            isReloadable: isReloadable, isSecret: isSecret, property: property, documentation: documentation)
    }

    static let environmentPrefix = "STOCKD_"

    var path: [String] { name.split(separator: ".").map(String.init) }

    /// The same key as swift-configuration's providers know it.
    var providerKey: AbsoluteConfigKey { AbsoluteConfigKey(path) }

    var standardValue: RawValue { RawValue(written: standard, shape: shape) }
}

extension RawValue {
    /// A value from a layer that holds only text.
    init(written text: String, shape: Shape) {
        self = shape == .text ? .text(text) : .list(RawValue.elements(of: text))
    }

    static func elements(of text: String) -> [String] {
        text.split(separator: ",").map { element in
            let head = element.drop { $0.isWhitespace }
            return String(head.reversed().drop { $0.isWhitespace }.reversed())
        }
    }
}
