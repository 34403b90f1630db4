import Foundation
import Inventory
import ReceiverSupport
import TestSupport
import Testing

@testable import Notify

@Suite("A webhook", .blocking, .timeLimit(.minutes(2)))
struct WebhookTests {
    @Test("a signature is what the specification's example says")
    func vector() throws {
        let signature = try WebhookSignature(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
        let header = signature.header(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", seconds: 1_614_265_330, body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(header == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test("a request says what happened, and holds the alert message as it came")
    func request() throws {
        let server = try StandIn()
        let receiver = try WebhookReceiver(
            WebhookSettings(url: server.url + "/hook?key=1", headers: ["X-Team": "buying"]))
        let critical = Items.alert(stock: -4, level: .oversold)
        #expect(receiver.send(Items.one(.escalated, critical, previous: .low)) == .taken(thread: nil))
        let request = try server.next()
        #expect(request.path == "/hook?key=1")
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["x-team"] == "buying")
        #expect(request.headers["webhook-id"] == "n-1")
        #expect(request.headers["webhook-signature"] == nil && request.headers["expect"] == nil)
        let line =
            "Laptop Stand (3), East Coast Hub (1): oversold by 4, was low; stock -4, threshold 30, for 2 h 5 min"
        #expect(
            String(decoding: request.body, as: UTF8.self) == """
                {"type":"stock.alerts","timestamp":"2026-03-30T14:35:00Z",\
                "text":"Laptop Stand (3): oversold by 4, was low\\n\(line)","alerts":[\
                {"change":"escalated","deduplication_key":"3/1/1","began":"2026-03-30T12:30:00Z","ended":null,\
                "previous_level":"LOW","alert":{"change":"RAISED","product_id":3,  "current_stock":15}}]}
                """)
    }

    @Test("what is sent again has the same id, a new time and a signature by each secret")
    func again() throws {
        let secrets = (1...2).map { "whsec_" + Data(repeating: $0, count: 32).base64EncodedString() }
        let server = try StandIn([.status(503), .status(200)])
        let receiver = try WebhookReceiver(WebhookSettings(url: server.url, secrets: secrets))
        let before = Int(Date().timeIntervalSince1970)
        for word in ["again", "taken"] {
            #expect(receiver.send(Items.one(.ended, previous: .critical)).word == word)
            let request = try server.next()
            #expect(request.headers["webhook-id"] == "n-1")
            let seconds = try #require(request.headers["webhook-timestamp"].flatMap { Int($0) })
            #expect(seconds >= before && seconds <= Int(Date().timeIntervalSince1970))
            let expected = try WebhookSignature(secrets).header(id: "n-1", seconds: seconds, body: Array(request.body))
            #expect(request.headers["webhook-signature"] == expected)
            #expect(expected.split(separator: " ").count == 2)
            let element = try #require(try (request.json()["alerts"] as? [[String: Any]])?.first)
            #expect(element["ended"] as? String == "2026-03-30T14:35:00Z")
            #expect(element["change"] as? String == "ended")
        }
    }

    @Test("a thousand hostile names make a request of a thousand alerts")
    func many() throws {
        let server = try StandIn()
        let receiver = try WebhookReceiver(WebhookSettings(url: server.url))
        let names = HostileText.samples + ["{{product}}", "\"},{\"", "\\", String(repeating: "long", count: 10_000)]
        #expect(receiver.send(Items.many(receiver.mostItems, names: names)).word == "taken")
        let request = try server.next()
        let object = try request.json()
        #expect((object["alerts"] as? [Any])?.count == 1_000)
        let text = try #require(object["text"] as? String)
        #expect(HostileText.found(in: text).isEmpty)
        #expect(text.split(separator: "\n").count == 22)
        #expect(
            text.hasSuffix("and 980 more: 180 oversold, 200 out of stock, 200 critical, 200 low, 200 warning"))
    }

    @Test(
        "a secret that is none is refused without being shown",
        arguments: [
            "", "hunter2hunter2hunter2hunter2", "whsec_", "whsec_hunter2", "whsec_not base64!",
            "whsec_" + Data(repeating: 1, count: 23).base64EncodedString(),
            "whsec_" + Data(repeating: 1, count: 65).base64EncodedString(),
        ])
    func secrets(_ secret: String) throws {
        let problem = try #require(WebhookSettings.problem(withSecret: secret))
        #expect(problem.hasPrefix("must be whsec_ and 24 to 64 bytes in base64"))
        #expect(!problem.contains("hunter2"))
        let error = #expect(throws: ReceiverSettingsError.self) {
            try WebhookReceiver(WebhookSettings(url: "https://example.com", secrets: [secret]))
        }
        #expect(error?.description == "secret \(problem)")
    }

    @Test(
        "a header that would break a request is refused",
        arguments: [
            ("X-A", "b\r\nX-B: c"), ("X-A: b\r\nX-B", "c"), ("", "a"), ("Host", "evil"), ("webhook-id", "1"),
            ("X Y", "a"), ("Content-Length", "0"), ("X-A", "nul\0"),
        ])
    func headers(_ name: String, _ value: String) throws {
        let error = #expect(throws: ReceiverSettingsError.self) {
            try WebhookReceiver(WebhookSettings(url: "https://example.com", headers: [name: value]))
        }
        #expect(error?.setting == "headers" && error?.message.hasPrefix("must ") == true)
    }
}
