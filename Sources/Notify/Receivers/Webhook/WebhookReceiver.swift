public import Foundation
import Inventory

/// How notifications are posted to a URL of the user's.
public struct WebhookSettings: Sendable {
    public var url: String
    /// `whsec_<base64>`, by the Standard Webhooks specification; a second one while the first is replaced. Without one
    /// requests are not signed.
    public var secrets: [String]
    /// More headers, by name.
    public var headers: [String: String]
    public var texts: Texts
    public var transfer: TransferSettings

    public init(
        url: String, secrets: [String] = [], headers: [String: String] = [:], texts: Texts = .standard,
        transfer: TransferSettings = TransferSettings()
    ) {
        self.url = url
        self.secrets = secrets
        self.headers = headers
        self.texts = texts
        self.transfer = transfer
    }

    /// Why it is no secret, without showing it; nil when it is one.
    public static func problem(withSecret secret: String) -> String? { WebhookSignature.problem(with: secret) }
}

/// Posts notifications as JSON, signed by the Standard Webhooks specification.
public final class WebhookReceiver: Receiver, @unchecked Sendable {
    public let mostItems = 1_000
    public let refreshEvery: Duration? = nil
    /// Lines of `text`; the alerts themselves are all there.
    private static let mostLines = 20

    private let endpoint: Endpoint
    private let headers: [HTTPHeader]
    private let signature: WebhookSignature
    private let texts: Texts
    private let client: HTTPClient

    public init(_ settings: WebhookSettings) throws(ReceiverSettingsError) {
        endpoint = try Endpoint(settings.url, setting: "url")
        signature = try WebhookSignature(settings.secrets)
        var headers = [HTTPHeader("Content-Type", "application/json")]
        for (name, value) in settings.headers.sorted(by: { $0.key < $1.key }) {
            if let problem = HTTPHeader.problem(name: name, value: value) {
                throw ReceiverSettingsError("headers", problem)
            }
            guard !name.lowercased().hasPrefix("webhook-") else {
                throw ReceiverSettingsError("headers", "must not hold \(name); the request has one of its own")
            }
            if name.lowercased() == "content-type" { headers.removeFirst() }
            headers.append(HTTPHeader(name, value))
        }
        self.headers = headers
        texts = settings.texts
        client = HTTPClient(
            settings.transfer, secrets: settings.secrets + settings.headers.values + endpoint.secrets)
    }

    public func cancel() { client.cancel() }

    public func send(_ notification: Notification) -> Outcome {
        client.sending { () throws(Undelivered) in
            let body = body(of: notification).bytes
            let seconds = Int(Date().timeIntervalSince1970)
            var headers = headers
            headers.append(HTTPHeader("webhook-id", notification.id))
            headers.append(HTTPHeader("webhook-timestamp", String(seconds)))
            let signatures = signature.header(id: notification.id, seconds: seconds, body: body)
            if !signatures.isEmpty { headers.append(HTTPHeader("webhook-signature", signatures)) }
            return try client.post(endpoint, headers: headers, body: body).outcome
        }
    }

    public func refresh(_ standing: [Notification.Item], at time: Date) -> Outcome { .taken(thread: nil) }

    private func body(of notification: Notification) -> JSON {
        let lines = texts.lines(of: notification.items, at: notification.time, most: Self.mostLines)
        return .object([
            ("type", .text("stock.alerts")),
            ("timestamp", .text(Words.time(notification.time))),
            ("text", .text(([texts.title(of: notification)] + lines).joined(separator: "\n"))),
            ("alerts", .list(notification.items.map { Self.element($0) })),
        ])
    }

    private static func element(_ item: Notification.Item) -> JSON {
        .object([
            ("change", .text(item.change.rawValue)),
            ("deduplication_key", .text(item.deduplicationKey)),
            ("began", .text(Words.time(item.began))),
            ("ended", JSON(item.ended.map { Words.time($0) })),
            ("previous_level", JSON(item.previousLevel?.name)),
            ("alert", .verbatim(item.alert.json)),
        ])
    }
}
