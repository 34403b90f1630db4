import Foundation
import Inventory
import ReceiverSupport
import TestSupport
import Testing

@testable import Notify

@Suite("PagerDuty", .blocking, .timeLimit(.minutes(2)))
struct PagerDutyTests {
    private static let key = "0123456789abcdef0123456789abcdef"

    private static func receiver(_ server: StandIn) throws -> PagerDutyReceiver {
        try PagerDutyReceiver(
            PagerDutySettings(routingKey: key, url: server.url, texts: Texts(pageURL: "https://s/")))
    }

    @Test("an alert that begins triggers an incident")
    func trigger() throws {
        let server = try StandIn([.status(202, #"{"status":"success"}"#)])
        #expect(try Self.receiver(server).send(Items.one()) == .taken(thread: nil))
        let request = try server.next()
        #expect(request.path == "/v2/enqueue" && request.headers["content-type"] == "application/json")
        let json = try request.json()
        #expect(json["routing_key"] as? String == Self.key && json["event_action"] as? String == "trigger")
        #expect(json["dedup_key"] as? String == "3/1/1" && json["client"] as? String == "stockd")
        #expect(json["client_url"] as? String == "https://s/?product=3")
        #expect((json["links"] as? [[String: String]])?.first?["href"] == "https://s/?product=3")
        let payload = try #require(json["payload"] as? [String: Any])
        #expect(payload["summary"] as? String == "Laptop Stand (3): low")
        #expect(payload["source"] as? String == "East Coast Hub (1)")
        #expect(payload["severity"] as? String == "error")
        #expect(payload["timestamp"] as? String == "2026-03-30T12:30:00Z")
        #expect(payload["component"] as? String == "Laptop Stand (3)" && payload["group"] as? String == "Accessories")
        let details = try #require(payload["custom_details"] as? [String: Any])
        #expect((details["alert"] as? [String: Any])?["current_stock"] as? Int == 15)
    }

    @Test("an alert that ends resolves it, by the same key and no more")
    func resolve() throws {
        let server = try StandIn([.status(202)])
        // The newest message is of the next alert already.
        #expect(try Self.receiver(server).send(Items.one(.ended, previous: .low)).word == "taken")
        let json = try server.next().json()
        #expect(
            json as? [String: String] == ["routing_key": Self.key, "event_action": "resolve", "dedup_key": "3/1/1"])
    }

    @Test(
        "each level has its severity",
        arguments: zip(
            AlertLevel.allCases, ["warning", "error", "critical", "critical", "critical"]))
    func severities(_ level: AlertLevel, _ severity: String) throws {
        let server = try StandIn([.status(202)])
        _ = try Self.receiver(server).send(Items.one(.escalated, Items.alert(level: level), previous: .warning))
        #expect((try server.next().json()["payload"] as? [String: Any])?["severity"] as? String == severity)
    }

    @Test(
        "an event keeps PagerDuty's limits, whatever the names",
        arguments: [
            String(repeating: "🧦", count: 200_000), "\u{202E}\r\n\0", "{{product}}\"}",
        ])
    func limits(_ name: String) throws {
        let server = try StandIn([.status(202)])
        let receiver = try PagerDutyReceiver(
            PagerDutySettings(
                routingKey: Self.key, url: server.url,
                texts: Texts(title: String(repeating: "{{product}} ", count: 20))))
        var alert = Items.alert(name: name, category: name)
        alert.warehouseName = name
        alert.json = try JSONSerialization.data(withJSONObject: ["product_name": name])
        #expect(receiver.mostItems == 1)
        #expect(receiver.send(Items.one(.began, alert)).word == "taken")
        let request = try server.next()
        #expect(request.body.count < 512_000)
        let payload = try #require(try request.json()["payload"] as? [String: Any])
        for member in ["summary", "source", "component", "group"] {
            let text = try #require(payload[member] as? String)
            #expect(text.utf16.count <= 1_024 && HostileText.found(in: text).isEmpty && !text.contains("\n"))
        }
        #expect((payload["summary"] as? String)?.isEmpty == false)
    }

    @Test("a 400 is never sent again, and a wrong key is the configuration's fault")
    func answers() throws {
        let wrong = #"{"status":"invalid event","message":"Event object is invalid","errors":["Invalid routing key"]}"#
        let server = try StandIn([
            .status(400, "bad"), .status(400, wrong), .status(429, ""), .status(500, "\(Self.key)"), .status(202),
        ])
        let receiver = try Self.receiver(server)
        let outcomes = (0..<5).map { _ in receiver.send(Items.one()) }
        #expect(outcomes.map(\.word) == ["refused", "misconfigured", "again", "again", "taken"])
        #expect(outcomes[2].failure?.kind == .rateLimited && outcomes[3].failure?.kind == .server)
        #expect(!outcomes.map(\.message).joined().contains(Self.key))
    }

    @Test("a key that is none is refused without being shown")
    func keys() {
        for key in ["", "hunter2\n"] {
            let error = #expect(throws: ReceiverSettingsError.self) {
                try PagerDutyReceiver(PagerDutySettings(routingKey: key))
            }
            #expect(error?.setting == "routing_key" && error?.message.contains("hunter2") == false)
        }
    }
}
