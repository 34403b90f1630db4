/// A broker as `kafka.brokers` names it: `host`, `host:port`, `[address]:port`, each with an optional `protocol://`
/// before it.
struct BrokerAddress {
    /// What is wrong with a text that is no address.
    struct Flaw: Error, Hashable {
        /// The end of a sentence.
        let remedy: String

        init(_ remedy: String) { self.remedy = remedy }
    }

    static let schemes = ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]

    /// One of `schemes`; nil where none is written.
    private(set) var scheme: String?

    static func isLegal(_ text: String) -> Bool { (try? BrokerAddress(text)) != nil }

    init(_ text: String) throws(Flaw) {
        if text.contains(where: { $0 == ";" || $0.isWhitespace }) {
            // `a :9092`
            let isOne = text.split { $0 == ";" || $0.isWhitespace }.contains { $0.first == ":" || $0.last == ":" }
            throw Flaw(
                isOne
                    ? "there is a blank in the address; write host:port without blanks"
                    : "separate the brokers with commas: kafka1:9092,kafka2:9092")
        }
        var rest = text[...]
        if let mark = rest.firstRange(of: "://") {
            let scheme = rest[..<mark.lowerBound].uppercased()
            rest = rest[mark.upperBound...]
            guard Self.schemes.contains(scheme) else {
                throw Flaw(
                    "Kafka has no \(text[..<mark.lowerBound])://; write host:port alone, and set security.protocol in "
                        + "kafka.properties")
            }
            self.scheme = scheme
        }
        if let end = rest.firstIndex(where: { "/?#".contains($0) }) {
            let address = rest[..<end]
            throw Flaw("a broker has no path; write \(address.isEmpty ? "host:port" : address) alone")
        }
        try Self.checkAddress(rest)
    }

    private static func checkAddress(_ text: Substring) throws(Flaw) {
        if text.first == "[" { return try checkBracketed(text) }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count > 2 {
            let isIPv6 = text.allSatisfy { $0.isHexDigit || ":.".contains($0) }
            throw Flaw(
                isIPv6
                    ? "write an IPv6 address in brackets: [::1]:9092"
                    : "write host:port, with one colon, and commas between brokers")
        }
        let host = parts[0]
        guard !host.isEmpty else { throw Flaw("the host is missing; write host:port") }
        guard host.unicodeScalars.allSatisfy(isHost) else {
            throw Flaw("a host consists of letters, digits and . - _; write host:port, as in kafka1.example.com:9092")
        }
        guard !host.allSatisfy(\.isNumber) else {
            throw Flaw("a number alone is no host; write host:port, as in localhost:9092")
        }
        if parts.count == 2 { try checkPort(parts[1]) }
    }

    private static func checkBracketed(_ text: Substring) throws(Flaw) {
        guard let close = text.firstIndex(of: "]") else {
            throw Flaw("brackets are for an IPv6 address alone, as in [::1]:9092")
        }
        let parts = text[text.index(after: text.startIndex)..<close].split(
            separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        let isAddress = parts[0].contains(":") && parts[0].allSatisfy { $0.isHexDigit || ":.".contains($0) }
        guard isAddress, parts.count == 1 || !parts[1].isEmpty && parts[1].unicodeScalars.allSatisfy(isHost) else {
            throw Flaw("brackets are for an IPv6 address alone, as in [::1]:9092")
        }
        let rest = text[text.index(after: close)...]
        guard let colon = rest.first else { return }
        guard colon == ":" else { throw Flaw("after the bracket comes a colon and the port: [::1]:9092") }
        try checkPort(rest.dropFirst())
    }

    private static func checkPort(_ text: Substring) throws(Flaw) {
        guard !text.isEmpty else { throw Flaw("the port is missing after the colon; write host:9092, or host alone") }
        guard text.allSatisfy({ $0.isASCII && $0.isNumber }), let port = Int(text), (1...65535).contains(port) else {
            throw Flaw("the port must be a number from 1 to 65535")
        }
    }

    private static func isHost(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "." || scalar == "-"
            || scalar == "_"
    }
}
