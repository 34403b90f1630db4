import Foundation
import Inventory
import ReceiverSupport
import TestSupport
import Testing

@testable import Notify

@Suite("Alertmanager", .blocking, .timeLimit(.minutes(2)))
struct AlertmanagerTests {
    private static func receiver(
        _ url: String, login: AlertmanagerSettings.Login = .none, labels: [String: String] = [:]
    ) throws -> AlertmanagerReceiver {
        try AlertmanagerReceiver(
            AlertmanagerSettings(url: url, login: login, labels: labels, texts: Texts(pageURL: "https://s/")))
    }

    /// Severity, category and whether it is over, of each element.
    private static func brief(_ request: StandIn.Request) throws -> [String] {
        try request.list().map { element in
            let labels = element["labels"] as? [String: String] ?? [:]
            return [labels["severity"], labels["category"], element["endsAt"] as? String].compactMap { $0 }
                .joined(separator: " ")
        }
    }

    @Test("an alert has the labels that identify it, and the words as annotations")
    func request() throws {
        let server = try StandIn()
        #expect(try Self.receiver(server.url + "/am/", labels: ["team": "buying"]).send(Items.one()).word == "taken")
        let request = try server.next()
        #expect(request.path == "/am/api/v2/alerts" && request.headers["authorization"] == nil)
        let element = try #require(try request.list().first)
        #expect(
            element["labels"] as? [String: String] == [
                "alertname": "StockAlert", "product_id": "3", "warehouse_id": "1", "severity": "error",
                "category": "Accessories", "team": "buying",
            ])
        let annotations = try #require(element["annotations"] as? [String: String])
        #expect(annotations["summary"] == "Laptop Stand (3): low" && annotations["level"] == "low")
        #expect(annotations["product_name"] == "Laptop Stand" && annotations["warehouse_name"] == "East Coast Hub")
        #expect(annotations["description"]?.hasPrefix("Laptop Stand (3), East Coast Hub (1): low; stock 15") == true)
        #expect(element["startsAt"] as? String == "2026-03-30T12:30:00Z" && element["endsAt"] == nil)
        #expect(element["generatorURL"] as? String == "https://s/?product=3")
    }

    @Test("the end has the labels of the beginning, also when the row is gone")
    func identity() throws {
        let server = try StandIn()
        let receiver = try Self.receiver(server.url)
        _ = receiver.send(Items.one())
        _ = receiver.send(Items.one(.escalated, Items.alert(stock: 0, level: .outOfStock), previous: .low))
        _ = receiver.send(Items.one(.escalated, Items.alert(stock: -1, level: .oversold), previous: .outOfStock))
        let gone = Items.alert(name: nil, stock: nil, threshold: nil, level: nil, category: nil)
        _ = receiver.send(Items.one(.ended, gone, previous: .oversold))
        let end = "2026-03-30T14:35:00Z"
        #expect(try Self.brief(server.next()) == ["error Accessories"])
        #expect(try Self.brief(server.next()) == ["error Accessories \(end)", "critical Accessories"])
        #expect(try Self.brief(server.next()) == ["critical Accessories"])
        #expect(try Self.brief(server.next()) == ["critical Accessories \(end)"])
    }

    @Test("after a restart an end is posted by what was told before")
    func restart() throws {
        let server = try StandIn()
        _ = try Self.receiver(server.url).send(Items.one(.ended, Items.alert(level: nil), previous: .warning))
        #expect(try Self.brief(server.next()) == ["warning Accessories 2026-03-30T14:35:00Z"])
    }

    @Test("a category that changes resolves the alert of the old one")
    func category() throws {
        let server = try StandIn()
        let receiver = try Self.receiver(server.url)
        #expect(receiver.refreshEvery == .seconds(60))
        #expect(receiver.refresh([Items.item()], at: Items.time).word == "taken")
        let renamed = Items.alert(name: "Stand", category: "Desk")
        #expect(receiver.refresh([Items.item(.reminder, renamed)], at: Items.time).word == "taken")
        #expect(try Self.brief(server.next()) == ["error Accessories"])
        #expect(try Self.brief(server.next()) == ["error Accessories 2026-03-30T14:35:00Z", "error Desk"])
    }

    @Test("what stands is posted again, a thousand in a request")
    func refresh() throws {
        let server = try StandIn()
        let receiver = try Self.receiver(server.url)
        #expect(receiver.refresh([], at: Items.time).word == "taken")
        let names = HostileText.samples + ["{{product}}", String(repeating: "long", count: 10_000)]
        #expect(receiver.refresh(Items.many(10_000, names: names).items, at: Items.time).word == "taken")
        var ids: Set<String> = []
        for _ in 0..<10 {
            for element in try server.next().list() {
                let labels = try #require(element["labels"] as? [String: String])
                ids.insert(labels["product_id"] ?? "")
                let annotations = try #require(element["annotations"] as? [String: String])
                #expect(annotations.values.allSatisfy { HostileText.found(in: $0).isEmpty && $0.count < 1_000 })
            }
        }
        #expect(ids.count == 10_000)
    }

    @Test("a refresh that fails stops")
    func failing() throws {
        let server = try StandIn([.status(200), .status(500)])
        let receiver = try Self.receiver(server.url)
        #expect(receiver.refresh(Items.many(5_000).items, at: Items.time).failure?.kind == .server)
        for _ in 0..<2 { _ = try server.next() }
        #expect(receiver.send(Items.one()).word == "again")
        #expect(try server.next().list().count == 1)
    }

    @Test("a user and a password, or a token, are sent and not shown")
    func logins() throws {
        let basic = Data("ann:hunter22".utf8).base64EncodedString()
        let server = try StandIn([.status(401, "no hunter22, \(basic), token22")])
        for (login, header) in [
            (AlertmanagerSettings.Login.basic(user: "ann", password: "hunter22"), "Basic \(basic)"),
            (.bearer(token: "token22"), "Bearer token22"),
        ] {
            let outcome = try Self.receiver(server.url, login: login).send(Items.one())
            #expect(outcome.word == "misconfigured" && outcome.message.contains("***"))
            #expect(try server.next().headers["authorization"] == header)
        }
    }

    @Test("labels that Alertmanager would refuse, or that identify the alert, are refused")
    func labels() {
        for (name, value) in [
            ("a-b", "x"), ("", "x"), ("1a", "x"), ("team", ""), ("severity", "x"), ("alertname", "x"),
        ] {
            let error = #expect(throws: ReceiverSettingsError.self) {
                try Self.receiver("http://localhost", labels: [name: value])
            }
            #expect(error?.setting == "labels")
        }
    }

    // MARK: A real one

    private struct Told: Equatable {
        var status: String
        var severity: String
        var product: String
    }

    private static func next(_ sink: StandIn) throws -> [Told] {
        let alerts = try #require(try sink.next().json()["alerts"] as? [[String: Any]])
        return alerts.map { alert in
            let labels = alert["labels"] as? [String: String] ?? [:]
            return Told(
                status: alert["status"] as? String ?? "", severity: labels["severity"] ?? "",
                product: labels["product_id"] ?? "")
        }
    }

    @Test("a real Alertmanager tells the beginning, a change of severity and the end, once each")
    func real() throws {
        let sink = try StandIn()
        let server = try ServerProcess("alertmanager.py", [TestTool.alertmanager, sink.url])
        let receiver = try Self.receiver("http://127.0.0.1:\(server.port)")
        let now = Date()
        func send(_ change: Notification.Item.Change, _ level: AlertLevel?, _ previous: AlertLevel? = nil) {
            var item = Items.item(change, Items.alert(level: level), previous: previous)
            item.began = now.addingTimeInterval(-600)
            if change == .ended { item.ended = Date() }
            #expect(receiver.send(Notification(id: "n", items: [item], time: Date())) == .taken(thread: nil))
        }
        send(.began, .low)
        #expect(try Self.next(sink) == [Told(status: "firing", severity: "error", product: "3")])
        send(.escalated, .critical, .low)
        let both = try [Self.next(sink), Self.next(sink)].flatMap { $0 }
        #expect(both.contains(Told(status: "firing", severity: "critical", product: "3")))
        #expect(both.contains(Told(status: "resolved", severity: "error", product: "3")))
        var standing = Items.item(.reminder, Items.alert(level: .critical), previous: .critical)
        standing.began = now.addingTimeInterval(-600)
        #expect(receiver.refresh([standing], at: Date()) == .taken(thread: nil))
        send(.ended, nil, .critical)
        #expect(try Self.next(sink) == [Told(status: "resolved", severity: "critical", product: "3")])
    }

    @Test("a real Alertmanager takes every alert, whatever the names")
    func realMany() throws {
        let sink = try StandIn()
        let server = try ServerProcess("alertmanager.py", [TestTool.alertmanager, sink.url])
        let receiver = try Self.receiver("http://127.0.0.1:\(server.port)")
        let names = HostileText.samples + ["{{ .Labels }}", "\"\\", String(repeating: "🧦", count: 1_000)]
        var items = Items.many(1_000, names: names).items
        for index in items.indices { items[index].alert.category = names[index % names.count] }
        #expect(receiver.send(Notification(id: "n", items: items, time: Date())) == .taken(thread: nil))
        var told: Set<String> = []
        while told.count < items.count { told.formUnion(try Self.next(sink).map(\.product)) }
        #expect(told.count == 1_000)
    }
}
