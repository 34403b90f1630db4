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
            guard let decodedName = Self.decode(name), let decodedValue = Self.decode(value) else {
                throw .value(String(name), String(value), "UTF-8 in percent-encoding")
            }
            values.append((decodedName, decodedValue))
        }
    }

    /// Nil when the text is not UTF-8 in percent-encoding.
    static func decode(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case 0x2B: bytes.append(0x20)
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

    /// Integers, with commas or repeated; nil when the parameter is not there.
    func integers(_ name: String) throws(Problem) -> Set<Int32>? {
        let found = all(name)
        if found.isEmpty { return nil }
        var integers: Set<Int32> = []
        for text in found.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
            guard let integer = Int32(text), !text.hasPrefix("+") else {
                throw .value(
                    name, String(text), "an integer from \(Int32.min) to \(Int32.max), or several with commas"
                )
            }
            integers.insert(integer)
        }
        return integers
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
