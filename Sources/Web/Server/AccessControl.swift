import HTTPTypes

/// Who may ask.
struct AccessControl: Sendable {
    private let token: [UInt8]?
    private let isOpenToAnyHost: Bool

    init(_ settings: WebSettings) {
        token = settings.token.map { Array($0.utf8) }
        isOpenToAnyHost = settings.token != nil
    }

    /// - Throws: 401 without the right token. If no token is set, 421 for a host that is not this machine: a page
    ///   elsewhere could let its own name point here and have a browser read for it.
    func check(_ fields: HTTPFields, authority: String?) throws(Problem) {
        guard let token else {
            guard isOpenToAnyHost || Self.isLoopback(authority) else {
                throw Problem(
                    421, "Misdirected Request",
                    "without http.token only requests to localhost, 127.0.0.1 or [::1] are answered")
            }
            return
        }
        guard let given = Self.bearer(fields[.authorization]), Self.areEqual(Array(given.utf8), token) else {
            throw Problem(
                401, "Unauthorized",
                "send the header \"Authorization: Bearer TOKEN\" with the value of http.token as TOKEN")
        }
    }

    private static func bearer(_ field: String?) -> Substring? {
        guard let field, let space = field.firstIndex(of: " "), field[..<space].lowercased() == "bearer"
        else {
            return nil
        }
        return field[field.index(after: space)...].drop { $0 == " " }
    }

    /// Takes as long for any text of the same length, so that the time tells nothing.
    static func areEqual(_ given: [UInt8], _ expected: [UInt8]) -> Bool {
        var difference = UInt(bitPattern: given.count ^ expected.count)
        for index in given.indices { difference |= UInt(given[index] ^ expected[index % expected.count]) }
        return difference == 0
    }

    static func isLoopback(_ authority: String?) -> Bool {
        guard let authority else { return true }
        if authority.hasPrefix("[::1]") { return true }
        let host = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)[0]
        return WebSettings.isLoopback(host: host.lowercased())
    }
}
