public import Foundation
import Inventory

/// How PagerDuty's Events API v2 is reached.
public struct PagerDutySettings: Sendable {
    /// The integration key of a service.
    public var routingKey: String
    public var url: String
    public var texts: Texts
    public var transfer: TransferSettings

    public init(
        routingKey: String, url: String = "https://events.pagerduty.com", texts: Texts = .standard,
        transfer: TransferSettings = TransferSettings()
    ) {
        self.routingKey = routingKey
        self.url = url
        self.texts = texts
        self.transfer = transfer
    }
}

/// Triggers and resolves incidents of PagerDuty, one in a request.
public final class PagerDutyReceiver: Receiver, @unchecked Sendable {
    public let mostItems = 1
    public let refreshEvery: Duration? = nil
    /// PagerDuty's limits; an event has at most 512 KB.
    static let mostOfSummary = 1_024
    static let mostOfDetails = 64 << 10

    private let endpoint: Endpoint
    private let settings: PagerDutySettings
    private let client: HTTPClient

    public init(_ settings: PagerDutySettings) throws(ReceiverSettingsError) {
        guard !settings.routingKey.isEmpty, settings.routingKey.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ReceiverSettingsError(
                "routing_key", "must be the integration key of a PagerDuty service, 32 letters and digits")
        }
        endpoint = try Endpoint(settings.url, setting: "url").appending("/v2/enqueue")
        self.settings = settings
        client = HTTPClient(settings.transfer, secrets: [settings.routingKey])
    }

    public func cancel() { client.cancel() }

    public func send(_ notification: Notification) -> Outcome {
        client.sending { () throws(Undelivered) in
            for item in notification.items {
                let answer = try client.post(
                    endpoint, headers: [HTTPHeader("Content-Type", "application/json")],
                    body: event(item, at: notification.time).bytes)
                let outcome = Self.outcome(answer)
                guard case .taken = outcome else { return outcome }
            }
            return .taken(thread: nil)
        }
    }

    public func refresh(_ standing: [Notification.Item], at time: Date) -> Outcome { .taken(thread: nil) }

    /// A wrong routing key is a 400 like wrong content.
    private static func outcome(_ answer: HTTPAnswer) -> Outcome {
        let said = String(decoding: answer.body, as: UTF8.self).lowercased()
        if answer.status == 400, said.contains("routing key") || said.contains("routing_key") {
            return .misconfigured(
                Failure(
                    .configuration,
                    "\(answer.sentence). Set the integration key of a service with the Events API v2"))
        }
        return answer.outcome
    }

    private func event(_ item: Notification.Item, at time: Date) -> JSON {
        let alert = item.alert
        var members: [(String, JSON)] = [
            ("routing_key", .text(settings.routingKey)),
            ("event_action", .text(item.level == nil ? "resolve" : "trigger")),
            ("dedup_key", .text(item.deduplicationKey)),
        ]
        guard let level = item.level else { return .object(members) }
        let one = Notification(id: "", items: [item], time: time)
        var payload: [(String, JSON)] = [
            ("summary", .text(CleanText.cut(settings.texts.title(of: one), most: Self.mostOfSummary))),
            ("source", .text(Words.warehouse(alert))),
            ("severity", .text(level.pagerSeverity)),
            ("timestamp", .text(Words.time(item.began))),
            ("component", .text(Words.product(alert))),
            ("class", .text("stock")),
        ]
        if let category = alert.category { payload.append(("group", .text(CleanText.of(category)))) }
        payload.append(("custom_details", Self.details(item, line: settings.texts.line(of: item, at: time))))
        members.append(("payload", .object(payload)))
        members.append(("client", .text("stockd")))
        if let link = settings.texts.link(to: alert) {
            members.append(("client_url", .text(link)))
            members.append(("links", .list([.object([("href", .text(link)), ("text", .text("stock"))])])))
        }
        return .object(members)
    }

    /// The alert message, unless its names are so long that the event could be too large.
    private static func details(_ item: Notification.Item, line: String) -> JSON {
        let alert = item.alert
        if alert.json.count <= mostOfDetails {
            return .object([("line", .text(line)), ("alert", .verbatim(alert.json))])
        }
        let fields: [(String, JSON)] = [
            ("product_id", .text(CleanText.of(alert.productID))),
            ("product_name", JSON(alert.productName.map { CleanText.of($0) })),
            ("category", JSON(alert.category.map { CleanText.of($0) })),
            ("warehouse_id", .text(CleanText.of(alert.warehouseID))),
            ("warehouse_name", JSON(alert.warehouseName.map { CleanText.of($0) })),
            ("current_stock", JSON(alert.currentStock)),
            ("reorder_threshold", JSON(alert.reorderThreshold)),
            ("level", JSON(alert.level?.name)),
            ("incident", .number(Int64(alert.incident))),
        ]
        return .object([("line", .text(line)), ("alert", .object(fields))])
    }
}

extension AlertLevel {
    /// The severity that PagerDuty and Alertmanager are told: three of the words that both know.
    var pagerSeverity: String {
        switch self {
        case .warning: "warning"
        case .low: "error"
        case .critical, .outOfStock, .oversold: "critical"
        }
    }
}
