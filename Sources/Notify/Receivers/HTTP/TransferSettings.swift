/// How long a receiver may take and whose certificates it is trusted by. Over HTTP a proxy comes from the environment:
/// `https_proxy`, `http_proxy`, `no_proxy`.
public struct TransferSettings: Sendable, Equatable {
    /// How long a connection may take, with its TLS handshake.
    public var connectTimeout: Duration
    /// How long a request may take, from the connection to the end of the answer.
    public var timeout: Duration
    /// A file of certificates in PEM that are trusted instead of the system's; nil for the system's.
    public var caFile: String?

    public init(
        connectTimeout: Duration = .seconds(5), timeout: Duration = .seconds(15), caFile: String? = nil
    ) {
        self.connectTimeout = connectTimeout
        self.timeout = timeout
        self.caFile = caFile
    }
}

/// A header of a request.
struct HTTPHeader: Sendable, Equatable {
    var name: String
    var value: String

    init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    private static let tokenMarks = Set("!#$%&'*+-.^_`|~".utf8)

    /// Why a user's header cannot be sent; nil when it can. The value, which may be a secret, is not shown.
    static func problem(name: String, value: String) -> String? {
        let isToken = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: tokenMarks.contains(byte)
            }
        }
        guard isToken, !name.isEmpty else {
            return "must have names of letters, digits and hyphens, such as X-Team"
        }
        if ["host", "content-length", "transfer-encoding", "connection", "expect"].contains(name.lowercased()) {
            return "must not hold \(name), which the request sets itself"
        }
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            return "must have values without line breaks and controls; that of \(name) holds one"
        }
        return nil
    }
}
