/// How Slack is reached.
public struct SlackSettings: Sendable {
    public enum Target: Sendable {
        /// An incoming webhook: messages only, neither threads nor updates.
        case webhook(url: String)
        /// A bot with the scope `chat:write`, and a channel that it is in, by id or by name.
        case bot(token: String, channel: String)
    }

    public var target: Target
    /// Slack's Web API.
    public var apiURL: String
    /// The most lines of one message; the others are counted.
    public var mostLines: Int
    /// From one message to the next at least. Slack takes about one a second in a channel, and 50 updates a minute; it
    /// disables apps that go on regardless.
    public var spacing: Duration = .milliseconds(1_200)
    public var texts: Texts
    public var transfer: TransferSettings

    public init(
        target: Target, apiURL: String = "https://slack.com/api", mostLines: Int = 20, texts: Texts = .standard,
        transfer: TransferSettings = TransferSettings()
    ) {
        self.target = target
        self.apiURL = apiURL
        self.mostLines = mostLines
        self.texts = texts
        self.transfer = transfer
    }
}
