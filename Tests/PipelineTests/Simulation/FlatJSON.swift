/// Reads the small objects that stockd writes: no white space, no escapes but of quotes and backslashes, one level of
/// nesting.
///
/// Values stay text; a nested object's fields are named `outer.inner`.
struct FlatJSON {
    private(set) var fields: [String: String] = [:]

    init?(_ bytes: [UInt8]?) {
        guard let bytes else { return nil }
        var place = 0
        guard read(bytes, &place, prefix: ""), place == bytes.count else { return nil }
    }

    private mutating func read(_ bytes: [UInt8], _ place: inout Int, prefix: String) -> Bool {
        guard place < bytes.count, bytes[place] == UInt8(ascii: "{") else { return false }
        place += 1
        while place < bytes.count, bytes[place] != UInt8(ascii: "}") {
            if bytes[place] == UInt8(ascii: ",") { place += 1 }
            guard let name = text(bytes, &place), place < bytes.count, bytes[place] == UInt8(ascii: ":")
            else {
                return false
            }
            place += 1
            guard place < bytes.count else { return false }
            switch bytes[place] {
            case UInt8(ascii: "{"):
                guard read(bytes, &place, prefix: prefix + name + ".") else { return false }
            case UInt8(ascii: "\""):
                guard let value = text(bytes, &place) else { return false }
                fields[prefix + name] = value
            default:
                let start = place
                while place < bytes.count, bytes[place] != UInt8(ascii: ","),
                    bytes[place] != UInt8(ascii: "}")
                {
                    place += 1
                }
                fields[prefix + name] = String(decoding: bytes[start..<place], as: UTF8.self)
            }
        }
        guard place < bytes.count else { return false }
        place += 1
        return true
    }

    private func text(_ bytes: [UInt8], _ place: inout Int) -> String? {
        guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { return nil }
        place += 1
        var text: [UInt8] = []
        while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
            if bytes[place] == UInt8(ascii: "\\") { place += 1 }
            guard place < bytes.count else { return nil }
            text.append(bytes[place])
            place += 1
        }
        guard place < bytes.count else { return nil }
        place += 1
        return String(decoding: text, as: UTF8.self)
    }

    /// A field's text; nil when it is absent or null.
    subscript(name: String) -> String? {
        guard let value = fields[name], value != "null" else { return nil }
        return value
    }
}
