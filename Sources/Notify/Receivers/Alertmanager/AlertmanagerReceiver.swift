public import Foundation
import Inventory

/// Posts alerts to a Prometheus Alertmanager, which groups, routes and silences them. See `AlertLabels` for what an
/// alert is there.
public final class AlertmanagerReceiver: Receiver, @unchecked Sendable {
    public let mostItems = 1_000
    /// Alertmanager forgets alerts when it restarts, and resolves those that are not posted again.
    public let refreshEvery: Duration? = .seconds(60)

    private let settings: AlertmanagerSettings
    private let endpoint: Endpoint
    private let client: HTTPClient
    private let headers: [HTTPHeader]
    private let labels: [(String, JSON)]
    /// The labels that each standing alert was posted with last, by its deduplication key.
    private var posted: [String: AlertLabels] = [:]

    public init(_ settings: AlertmanagerSettings) throws(ReceiverSettingsError) {
        self.settings = settings
        endpoint = try Endpoint(settings.url, setting: "url").appending("/api/v2/alerts")
        for (name, value) in settings.labels {
            if let problem = AlertLabels.problem(name: name, value: value) {
                throw ReceiverSettingsError("labels", problem)
            }
        }
        labels = settings.labels.sorted { $0.key < $1.key }.map { ($0.key, .text($0.value)) }
        var headers = [HTTPHeader("Content-Type", "application/json")]
        var secrets: [String] = []
        switch settings.login {
        case .none: break
        case .basic(let user, let password):
            guard !user.contains(":") else { throw ReceiverSettingsError("user", "must not hold a colon") }
            let encoded = Data("\(user):\(password)".utf8).base64EncodedString()
            headers.append(HTTPHeader("Authorization", "Basic \(encoded)"))
            secrets = [password, encoded]
        case .bearer(let token):
            if let problem = HTTPHeader.problem(name: "Authorization", value: token) {
                throw ReceiverSettingsError("token", problem)
            }
            headers.append(HTTPHeader("Authorization", "Bearer \(token)"))
            secrets = [token]
        }
        self.headers = headers
        client = HTTPClient(settings.transfer, secrets: secrets)
    }

    public func cancel() { client.cancel() }

    public func send(_ notification: Notification) -> Outcome {
        client.sending { () throws(Undelivered) in try post(notification.items[...], at: notification.time) }
    }

    /// Posts in several requests, each as large as a notification at most.
    public func refresh(_ standing: [Notification.Item], at time: Date) -> Outcome {
        client.sending { () throws(Undelivered) in
            var rest = standing[...]
            while !rest.isEmpty {
                let outcome = try post(rest.prefix(mostItems), at: time)
                guard case .taken = outcome else { return outcome }
                rest = rest.dropFirst(mostItems)
            }
            // What is not among them ended, or is another receiver's by now.
            let keys = Set(standing.map(\.deduplicationKey))
            posted = posted.filter { keys.contains($0.key) }
            return .taken(thread: nil)
        }
    }

    private func post(_ items: ArraySlice<Notification.Item>, at time: Date) throws(Undelivered) -> Outcome {
        let posts = items.flatMap { elements($0, at: time) }
        guard !posts.isEmpty else { return .taken(thread: nil) }
        let outcome = try client.post(endpoint, headers: headers, body: JSON.list(posts).bytes).outcome
        guard case .taken = outcome else { return outcome }
        for item in items {
            posted[item.deduplicationKey] = item.level.map { AlertLabels(item.alert, $0) }
        }
        return .taken(thread: nil)
    }

    /// What stands, and what it takes the place of.
    private func elements(_ item: Notification.Item, at time: Date) -> [JSON] {
        let now = item.level.map { AlertLabels(item.alert, $0) }
        let before = posted[item.deduplicationKey] ?? item.previousLevel.map { AlertLabels(item.alert, $0) }
        var elements: [JSON] = []
        if let before, before != now {
            // Of an alert that is over, or of its old labels.
            elements.append(element(item, before, ended: max(item.ended ?? time, item.began), at: time))
        }
        // Without an end it stands until it is not posted again for Alertmanager's resolve_timeout.
        if let now { elements.append(element(item, now, ended: nil, at: time)) }
        return elements
    }

    private func element(_ item: Notification.Item, _ labels: AlertLabels, ended: Date?, at time: Date) -> JSON {
        let alert = item.alert
        let one = Notification(id: "", items: [item], time: time)
        var annotations: [(String, JSON)] = [
            ("summary", .text(settings.texts.title(of: one))),
            ("description", .text(settings.texts.line(of: item, at: time))),
            ("level", .text(Words.level(of: item))),
        ]
        if let name = alert.productName { annotations.append(("product_name", .text(CleanText.of(name)))) }
        if let name = alert.warehouseName { annotations.append(("warehouse_name", .text(CleanText.of(name)))) }
        var members: [(String, JSON)] = [
            ("labels", labels.members(with: self.labels)),
            ("annotations", .object(annotations)),
            ("startsAt", .text(Words.time(item.began))),
        ]
        if let ended { members.append(("endsAt", .text(Words.time(ended)))) }
        if let link = settings.texts.link(to: alert) { members.append(("generatorURL", .text(link))) }
        return .object(members)
    }
}
