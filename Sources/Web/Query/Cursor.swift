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
        let parts = plain.split(separator: "|", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == Self.digest(identity), let product = Int32(parts[1]),
            let warehouse = Int32(parts[2])
        else { return nil }
        switch parts[3] {
        case "0" where parts[4].isEmpty:
            position = SortPosition(key: .nothing, pair: Pair(product, warehouse))
        case "n":
            guard let number = Int128(parts[4]) else { return nil }
            position = SortPosition(key: .number(number), pair: Pair(product, warehouse))
        case "t": position = SortPosition(key: .text(String(parts[4])), pair: Pair(product, warehouse))
        default: return nil
        }
    }

    func written(for identity: String) -> String {
        let key: String
        switch position.key {
        case .nothing: key = "0|"
        case .number(let number): key = "n|\(number)"
        case .text(let text): key = "t|\(text)"
        }
        let plain =
            "\(Self.digest(identity))|\(position.pair.product.rawValue)|\(position.pair.warehouse.rawValue)|\(key)"
        return Base64URL.encode(Array(plain.utf8))
    }

    /// FNV-1a: it tells a mistake, it keeps nobody out.
    private static func digest(_ text: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return String(hash, radix: 36)
    }
}

extension Pair {
    fileprivate init(_ product: Int32, _ warehouse: Int32) {
        self.init(product: ProductID(product), warehouse: WarehouseID(warehouse))
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
