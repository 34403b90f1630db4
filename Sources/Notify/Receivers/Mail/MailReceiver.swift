public import Foundation
public import Logging

/// Sends notifications as mails. A mail of an alert that was told before is a reply to the first one of it.
public final class MailReceiver: Receiver, @unchecked Sendable {
    public let mostItems = 10_000
    public let refreshEvery: Duration? = nil

    private let settings: MailSettings
    private let from: MailAddress
    private let to: [MailAddress]
    private let domain: String
    private let client: MailClient
    private let logger: Logger
    /// The recipients that a notification is still to be sent to; the others have it.
    private var left: (id: String, recipients: [String])?

    /// - Parameter logger: told which recipients are refused.
    public init(_ settings: MailSettings, logger: Logger) throws(ReceiverSettingsError) {
        from = try MailAddress(settings.from, setting: "from")
        var to: [MailAddress] = []
        for text in settings.to { to.append(try MailAddress(text, setting: "to")) }
        guard !to.isEmpty else { throw ReceiverSettingsError("to", "must name one recipient at least") }
        domain = settings.domain ?? from.domain
        guard domain.wholeMatch(of: /[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*/) != nil else {
            throw ReceiverSettingsError("domain", "must be a domain such as example.com")
        }
        guard settings.mostLines >= 1 else {
            throw ReceiverSettingsError("most_lines", "must be at least 1; it is \(settings.mostLines)")
        }
        if let login = settings.login {
            guard settings.security != .plain else {
                throw ReceiverSettingsError("password", "must not be sent in plain text; use STARTTLS or TLS")
            }
            guard !login.user.isEmpty, !login.password.isEmpty, !(login.user + login.password).contains("\0") else {
                throw ReceiverSettingsError("password", "must come with a user, and neither may be empty")
            }
        }
        self.settings = settings
        self.to = to
        self.logger = logger
        client = try MailClient(settings, greeting: domain)
    }

    public func cancel() { client.cancel() }

    public func send(_ notification: Notification) -> Outcome {
        let message = MailMessage(
            notification, from: from, to: to, domain: domain, texts: settings.texts, mostLines: settings.mostLines)
        let rest = left.flatMap { $0.id == notification.id ? $0.recipients : nil }
        let recipients = rest ?? to.map(\.address)
        let taken: MailClient.Taken
        do {
            taken = try client.send(message, from: from.address, to: recipients)
        } catch {
            // Refused for the rest, and taken for the others before.
            guard rest != nil, case .refused(let failure) = error.outcome else { return error.outcome }
            logger.warning(
                "a mail was not taken for some of its recipients", metadata: ["reply": "\(failure.message)"])
            left = nil
            return .taken(thread: message.messageID)
        }
        for refused in taken.never {
            logger.warning(
                "a mail was not taken for one of its recipients",
                metadata: ["recipient": "\(refused.address)", "reply": "\(refused.reply)"])
        }
        guard !taken.later.isEmpty else {
            left = nil
            return .taken(thread: message.messageID)
        }
        // The others have it.
        left = (notification.id, taken.later.map(\.address))
        let words = taken.later.prefix(10).map { "\($0.address): \($0.reply)" }.joined(separator: "; ")
        return .again(
            Failure(.server, "\(settings.host) took the mail, but not yet for all recipients (\(words))"), after: nil)
    }

    public func refresh(_ standing: [Notification.Item], at time: Date) -> Outcome { .taken(thread: nil) }
}
