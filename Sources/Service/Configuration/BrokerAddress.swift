/// `host`, `host:port`, `[address]:port`, each with an optional `protocol://` before it.
enum BrokerAddress {
    static func isLegal(_ text: String) -> Bool {
        var rest = text[...]
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        if rest.first == "[" {
            guard let close = rest.firstIndex(of: "]") else { return false }
            let address = rest[rest.index(after: rest.startIndex)..<close]
            rest = rest[rest.index(after: close)...]
            guard address.contains(":"), address.allSatisfy({ $0.isHexDigit || ":.%".contains($0) }) else {
                return false
            }
            return rest.isEmpty || (rest.first == ":" && isPort(rest.dropFirst()))
        }
        let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, !host.isEmpty, parts.count <= 2 else { return false }
        guard host.unicodeScalars.allSatisfy({ isHost($0) }) else { return false }
        return parts.count == 1 || isPort(parts[1])
    }

    private static func isHost(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "." || scalar == "-"
            || scalar == "_"
    }

    private static func isPort(_ text: Substring) -> Bool {
        Int(text).map { (1...65535).contains($0) } ?? false
    }
}
