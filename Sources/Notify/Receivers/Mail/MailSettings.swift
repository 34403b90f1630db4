/// How mails are sent over SMTP.
public struct MailSettings: Sendable {
    public enum Security: Sendable, CaseIterable {
        /// STARTTLS, without which no mail is sent; port 587.
        case startTLS
        /// TLS from the first byte; port 465.
        case tls
        /// No TLS at all; port 25.
        case plain
    }

    public struct Login: Sendable {
        public var user: String
        public var password: String

        public init(user: String, password: String) {
            self.user = user
            self.password = password
        }
    }

    public var host: String
    /// Nil for the usual port of `security`.
    public var port: Int?
    public var security: Security
    public var login: Login?
    /// `stockd@example.com`, or with a name: `Stock <stockd@example.com>`.
    public var from: String
    public var to: [String]
    /// What is after the `@` of a Message-ID, and what the server is greeted with; nil for the sender's.
    public var domain: String?
    /// The most rows of one mail; the others are counted.
    public var mostLines: Int
    public var texts: Texts
    public var transfer: TransferSettings

    public init(
        host: String, port: Int? = nil, security: Security = .startTLS, login: Login? = nil, from: String,
        to: [String], domain: String? = nil, mostLines: Int = 500, texts: Texts = .standard,
        transfer: TransferSettings = TransferSettings()
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.login = login
        self.from = from
        self.to = to
        self.domain = domain
        self.mostLines = mostLines
        self.texts = texts
        self.transfer = transfer
    }
}
