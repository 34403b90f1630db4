/// How a Prometheus Alertmanager is reached, by its API v2.
public struct AlertmanagerSettings: Sendable {
    public enum Login: Sendable {
        case none
        case basic(user: String, password: String)
        case bearer(token: String)
    }

    /// What is before `/api/v2/alerts`.
    public var url: String
    public var login: Login
    /// More labels of every alert, `team` for one.
    public var labels: [String: String]
    public var texts: Texts
    public var transfer: TransferSettings

    public init(
        url: String, login: Login = .none, labels: [String: String] = [:], texts: Texts = .standard,
        transfer: TransferSettings = TransferSettings()
    ) {
        self.url = url
        self.login = login
        self.labels = labels
        self.texts = texts
        self.transfer = transfer
    }
}
