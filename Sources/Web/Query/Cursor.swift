import Inventory

/// The end of a page: the position of its last row in the order, after which the next page begins.
struct Cursor: Equatable {
    var position: SortPosition

    init(after position: SortPosition) { self.position = position }

    /// Nil unless the text was written by `written(for:)` for a request with the same identity.
    init?(_ text: String, of identity: String) {
        guard let bytes = Base64URL.decode(text), let plain = String(validating: bytes, as: UTF8.self) else {
            return nil
        }
        // No id holds U+0000.
        let parts = plain.split(separator: "\0", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == Self.digest(identity), let product = IDKey(written: parts[1]) else {
            return nil
        }
        let warehouse = IDKey(written: parts[2])
        guard warehouse != nil || parts[2].isEmpty, let key = SortKey(written: parts[3]) else { return nil }
        position = SortPosition(key, product, warehouse)
    }

    func written(for identity: String) -> String {
        let plain = [
            Self.digest(identity), position.product.written, position.warehouse?.written ?? "",
            position.key.written,
        ].joined(separator: "\0")
        return Base64URL.encode(Array(plain.utf8))
    }

    /// FNV-1a: it tells a mistake, it keeps nobody out.
    private static func digest(_ text: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return String(hash, radix: 36)
    }
}

extension IDKey {
    /// - Parameter text: what `written` gave.
    fileprivate init?(written text: Substring) {
        let rest = text.unicodeScalars.dropFirst()
        switch text.unicodeScalars.first {
        case "i":
            guard let number = Int32(Substring(rest)) else { return nil }
            self = .number(number)
        case "t": self = .text(Array(Substring(rest).utf8))
        default: return nil
        }
    }

    fileprivate var written: String {
        switch self {
        case .number(let number): "i\(number)"
        case .text(let bytes): "t" + String(decoding: bytes, as: UTF8.self)
        }
    }
}

extension SortKey {
    /// - Parameter text: what `written` gave.
    fileprivate init?(written text: Substring) {
        let rest = text.unicodeScalars.dropFirst()
        switch text.unicodeScalars.first {
        case "0" where rest.isEmpty: self = .nothing
        case "n":
            guard let number = Int128(Substring(rest)) else { return nil }
            self = .number(number)
        case "s": self = .text(String(Substring(rest)))
        default:
            guard let id = IDKey(written: text) else { return nil }
            self = .id(id)
        }
    }

    fileprivate var written: String {
        switch self {
        case .nothing: "0"
        case .number(let number): "n\(number)"
        case .text(let text): "s" + text
        case .id(let id): id.written
        }
    }
}

/// RFC 4648's alphabet for addresses, without padding.
enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(alphabet[Int(bits >> UInt32(count)) & 63])
            }
        }
        if count > 0 { text.append(alphabet[Int(bits << UInt32(6 - count)) & 63]) }
        return String(decoding: text, as: UTF8.self)
    }

    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for character in text.utf8 {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }
}
