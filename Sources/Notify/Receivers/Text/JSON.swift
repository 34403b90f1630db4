import Foundation
import Wire

/// A JSON value to be sent. Members keep their order.
enum JSON: Sendable {
    case null
    case bool(Bool)
    case number(Int64)
    case text(String)
    case list([JSON])
    case object([(String, JSON)])
    /// JSON as it came; null when empty.
    case verbatim(Data)

    /// A text, or null.
    init(_ text: String?) { self = text.map { .text($0) } ?? .null }

    init(_ number: (some FixedWidthInteger & SignedInteger)?) { self = number.map { .number(Int64($0)) } ?? .null }

    var bytes: [UInt8] {
        var out = ByteWriter()
        write(into: &out)
        return out.bytes
    }

    private func write(into out: inout ByteWriter) {
        switch self {
        case .null: out.append("null")
        case .bool(let value): value ? out.append("true") : out.append("false")
        case .number(let number): out.append(number)
        case .text(let text): out.append(jsonString: text)
        case .verbatim(let json) where json.isEmpty: out.append("null")
        case .verbatim(let json): json.withUnsafeBytes { out.append($0) }
        case .list(let elements):
            out.append("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { out.append(",") }
                element.write(into: &out)
            }
            out.append("]")
        case .object(let members):
            out.append("{")
            for (index, member) in members.enumerated() {
                if index > 0 { out.append(",") }
                out.append(jsonString: member.0)
                out.append(":")
                member.1.write(into: &out)
            }
            out.append("}")
        }
    }
}
