import Inventory

/// A request's parameters, decoded.
struct Parameters {
    private(set) var values: [(name: String, value: String)] = []

    /// - Parameter query: what follows the question mark; `+` is a space.
    /// - Throws: a problem for text that is not percent-encoded UTF-8.
    init(query: Substring) throws(Problem) {
        for part in query.split(separator: "&") {
            let cut = part.firstIndex(of: "=")
            let name = part[..<(cut ?? part.endIndex)]
            let value = cut.map { part[part.index(after: $0)...] } ?? ""
            guard let decodedName = Self.decode(name, plusIsSpace: true),
                let decodedValue = Self.decode(value, plusIsSpace: true)
            else {
                throw .value(String(name), String(value), "UTF-8 in percent-encoding")
            }
            values.append((decodedName, decodedValue))
        }
    }

    /// Nil when the text is not UTF-8 in percent-encoding.
    static func decode(_ text: Substring, plusIsSpace: Bool) -> String? {
        var bytes: [UInt8] = []
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case 0x2B where plusIsSpace: bytes.append(0x20)
            case 0x25:
                guard let high = iterator.next().flatMap(hex), let low = iterator.next().flatMap(hex) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }

    /// - Throws: a problem for the first parameter that is not among the known.
    func allow(_ known: [String]) throws(Problem) {
        for (name, _) in values where !known.contains(name) { throw .unknown(name, known: known) }
    }

    func all(_ name: String) -> [String] { values.filter { $0.name == name }.map(\.value) }

    /// The value of a parameter that may come once.
    func one(_ name: String) throws(Problem) -> String? {
        let found = all(name)
        guard found.count <= 1 else { throw .value(name, found.joined(separator: "\", \""), "given once") }
        return found.first
    }

    /// Ids, repeated, or with commas where they are integers; nil when the parameter is not there. A text that no row
    /// has leaves nothing in the set.
    func ids<ID: Hashable>(_ name: String, _ kind: IDKind, _ id: (String) -> ID?) throws(Problem) -> Set<ID>? {
        let found = all(name)
        if found.isEmpty { return nil }
        if kind == .text {
            if found.contains("") { throw .value(name, "", "an id; repeat the parameter for several") }
            return Set(found.compactMap(id))
        }
        var ids: Set<ID> = []
        for text in found.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
            guard let integer = Int32(text), !text.hasPrefix("+"), let id = id("\(integer)") else {
                throw .value(
                    name, String(text), "an integer from \(Int32.min) to \(Int32.max), or several with commas"
                )
            }
            ids.insert(id)
        }
        return ids
    }

    /// Names of a fixed list, with commas or repeated; nil when the parameter is not there.
    func words<Word>(_ name: String, _ words: [Word], named: (Word) -> String) throws(Problem) -> [Word]? {
        let found = all(name)
        if found.isEmpty { return nil }
        var chosen: [Word] = []
        for text in found.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
            guard let word = words.first(where: { named($0) == text }) else {
                throw .value(name, String(text), "one of " + words.map(named).joined(separator: ", "))
            }
            chosen.append(word)
        }
        return chosen
    }
}
