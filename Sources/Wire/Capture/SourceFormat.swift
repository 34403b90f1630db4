/// How the rows of a topic are written.
public struct SourceFormat: Equatable, Sendable {
    public enum Envelope: String, Sendable, CaseIterable {
        /// Detected for each message.
        case auto
        /// Plain rows alone.
        case json
        /// Change data capture by Debezium: envelopes, or unwrapped rows, each of which is an upsert.
        case debezium
    }

    public var envelope = Envelope.auto
    /// The columns of fields that have another name there: `quantity` → `qty`. A path with dots leads into nested
    /// objects.
    public var fields: [String: String] = [:]
    /// How the values of a field are written, where neither the value nor a schema tells.
    public var encodings: [String: FieldEncoding] = [:]
    /// The prefix of the fields that ExtractNewRecordState adds (`add.fields.prefix`).
    public var unwrapPrefix = "__"

    public init() {}

    public init(_ envelope: Envelope) { self.envelope = envelope }

    /// The settings that shape what is read, as `name=value` lines; none for the standard ones.
    public func fingerprint(_ section: String) -> [String] {
        let standard = SourceFormat()
        var lines: [String] = []
        if envelope != standard.envelope { lines.append("\(section).format=\(envelope.rawValue)") }
        lines += fields.sorted { $0.key < $1.key }.map { "\(section).fields.\($0.key)=\($0.value)" }
        lines += encodings.sorted { $0.key < $1.key }
            .map { "\(section).encodings.\($0.key)=\($0.value.description)" }
        if unwrapPrefix != standard.unwrapPrefix { lines.append("\(section).unwrap_prefix=\(unwrapPrefix)") }
        return lines
    }
}

/// How a field's values are written.
public enum FieldEncoding: Equatable, Sendable {
    /// An integer counting from 1970 in this unit.
    case epoch(EpochUnit)
    /// Base64 of the big-endian two's complement of the unscaled value, with this many digits after the
    /// point: Kafka Connect's Decimal.
    case base64(scale: Int)
    /// A number written as a string.
    case text

    public enum EpochUnit: String, Sendable, CaseIterable {
        case seconds = "s"
        case milliseconds = "ms"
        case microseconds = "us"
        case nanoseconds = "ns"
        case days

        /// After a number.
        var word: String {
            switch self {
            case .seconds: "seconds"
            case .milliseconds: "milliseconds"
            case .microseconds: "microseconds"
            case .nanoseconds: "nanoseconds"
            case .days: "days"
            }
        }
    }

    /// As the configuration writes it: `ms`, `base64:2`, `text`.
    public init?(_ text: String) {
        if let unit = EpochUnit(rawValue: text) {
            self = .epoch(unit)
        } else if text == "text" {
            self = .text
        } else if text.hasPrefix("base64:"), let scale = Int(text.dropFirst("base64:".count)),
            0...38 ~= scale
        {
            self = .base64(scale: scale)
        } else {
            return nil
        }
    }
}

extension FieldEncoding: CustomStringConvertible {
    public var description: String {
        switch self {
        case .epoch(let unit): unit.rawValue
        case .base64(let scale): "base64:\(scale)"
        case .text: "text"
        }
    }
}
