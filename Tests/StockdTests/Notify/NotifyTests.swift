import ClusterSupport
import Foundation
import ReceiverSupport
import TestSupport
import Testing

@Suite("stockd notify", .blocking)
struct NotifyTests {
    /// Lines of a configuration with a webhook called `ops` that is told at once.
    static let settings = """
        alerts: {topic: NAME-alerts}
        notify:
          listen: ~
          receivers:
            ops: {kind: webhook, wait: 0s, resolve_wait: 0s, group_wait: 0s}
        """

    /// Product 3, whose threshold is 50, has 20 left in warehouse 1; then enough.
    private static let low = [
        Order(id: 1, type: "RECEIVED", product: 3, warehouse: 1, quantity: 20, second: 1_775_000_000)
    ]
    private static let enough = [
        Order(id: 2, type: "RECEIVED", product: 3, warehouse: 1, quantity: 80, second: 1_775_000_060)
    ]

    private static func url(_ server: StandIn) -> [String: String] {
        ["STOCKD_NOTIFY_RECEIVERS_OPS_URL": server.url]
    }

    /// A site that has the topic for what receivers were told.
    private static func site(_ stem: String, partitions: Int32 = 1, settings: String = settings) throws -> Site {
        let site = try Site(stem, partitions: partitions, settings: settings)
        if site.cluster.isEmbedded { try site.cluster.create([site.spec("notify-state", partitions)], site.admin) }
        return site
    }

    @Test("a receiver is told of an alert and of its end, each once, also when the notifier is killed in between")
    func told() throws {
        let server = try StandIn()
        let site = try Self.site("notify")
        defer { site.close() }
        let daemon = try site.run()
        let sender = try Sender(site, Self.low) { _ in 0 }
        try sender.send(sender.remaining)
        let first = try site.command("notify", [], Self.url(server))
        let request = try server.next()
        let began = try Picture(request)
        #expect(began.changes == ["began 3/1"])
        #expect(try server.text(of: request).contains("Product 3"))
        try eventually("the answer is stored") { () -> Void? in
            let list = try site.result(of: ["notify", "list", "--format", "json"])
            return list.text.contains(#""standing":1"#) && list.text.contains(#""waiting":0"#) ? () : nil
        }
        first.send(SIGKILL)
        #expect(try first.exitCode() == -SIGKILL)

        // It ends while nobody looks.
        let more = try Sender(site, Self.enough) { _ in 0 }
        try more.send(more.remaining)
        let second = try site.command("notify", [], Self.url(server))
        let ended = try Picture(try server.next())
        #expect(ended.changes == ["ended 3/1"])
        #expect(ended.keys == began.keys)
        second.send(SIGTERM)
        #expect(try second.exitCode() == 0, "\(second.text)")
        #expect(second.text.contains("stopped in good order"))
        #expect(server.unread == 0, "each is told once")
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0)
    }

    @Test("a receiver that was away is told in one digest what stands, and the log says once that it was away")
    func away() throws {
        let site = try Self.site("away")
        defer { site.close() }
        let daemon = try site.run()
        let server = try StandIn([.status(503), .status(503), .status(503), .status(200)])
        let notifier = try site.command("notify", [], Self.url(server))
        let sender = try Sender(site, Self.low) { _ in 0 }
        try sender.send(sender.remaining)
        for _ in 0..<3 { _ = try server.next() }
        let picture = try Picture(try server.next())
        #expect(picture.changes == ["began 3/1"])
        try eventually("it says that the receiver is back") { () -> Void? in
            notifier.text.contains("ops is told again") ? () : nil
        }
        #expect(notifier.text.matches(of: /ops was not told/).count == 1, "\(notifier.text)")
        for program in [notifier, daemon] {
            program.send(SIGTERM)
            #expect(try program.exitCode() == 0)
        }
    }

    @Test("metrics and health are served, and nothing in them or the log is secret")
    func metrics() throws {
        let port = try FreePort.find()
        let curl = Curl(port)
        let site = try Self.site(
            "nmetrics", settings: Self.settings.replacing("listen: ~", with: "listen: 127.0.0.1:\(port)"))
        defer { site.close() }
        let daemon = try site.run()
        let server = try StandIn()
        let url = server.url + "/secret-path"
        let notifier = try site.command("notify", [], ["STOCKD_NOTIFY_RECEIVERS_OPS_URL": url])
        let sender = try Sender(site, Self.low) { _ in 0 }
        try sender.send(sender.remaining)
        #expect(try server.next().path == "/secret-path")
        let metrics = try eventually("the notification is counted") { () -> String? in
            let text = curl.get("/metrics")
            let line = "stockd_notify_notifications_total{receiver=\"ops\"} 1\n"
            return text.contains(line) && text.contains("standing_alerts{receiver=\"ops\"} 1") ? text : nil
        }
        let exported = Set(metrics.matches(of: /(?m)^# TYPE (\S+)/).map { String($0.1) })
        let documented = try Repository.text("docs/metrics.md").matches(of: /`(stockd_notify_[a-z_]+)`/)
        #expect(Set(documented.map { String($0.1) }) == exported, "docs/metrics.md")
        #expect(metrics.contains("stockd_notify_failures_total{receiver=\"ops\",class=\"server\"} 0"))
        #expect(curl.get("/health/ready") == "ready\n")
        #expect(
            curl.get("/nothing") == "there is nothing at this path, only at /health/live, /health/ready, /metrics\n")
        #expect(!(metrics + notifier.text).contains("secret-path"))
        for program in [notifier, daemon] {
            program.send(SIGTERM)
            #expect(try program.exitCode() == 0)
        }
    }

    @Test("every mistake in the receivers is named at once, and what a kind does not use")
    func mistakes() throws {
        let site = try Site(
            "nmistakes", partitions: 1,
            settings: """
                notify:
                  receivers:
                    Ops: {kind: slack}
                    a: {kind: slack, channel: C1}
                    b: {kind: mail, server: "ftp://mail", to: [x@example.com], headers: {X-A: b}}
                    c: {}
                    d: {kind: webhook, wiat: 3s}
                    e: {kind: webhook, region: [north], severity: HIGH}
                    f: {kind: slack, token: xoxb-1}
                """)
        defer { site.close() }
        let (code, text) = try site.result(of: ["notify"])
        #expect(code == 78)
        #expect(text.contains("notify.receivers.Ops: ") && text.contains("must be 1 to 32 lower-case letters"))
        #expect(text.contains("did you mean notify.receivers.d.wait?"))
        #expect(text.contains("one of WARNING, LOW, CRITICAL, OUT_OF_STOCK, OVERSOLD"))
        #expect(text.contains("a secret must not be in this file") && !text.contains("xoxb-1"))

        let other = try Site(
            "nmistakes", partitions: 1,
            settings: """
                notify:
                  receivers:
                    a: {kind: slack, channel: C1}
                    b: {kind: mail, server: "ftp://mail", to: [x@example.com], headers: {X-A: b}}
                    c: {}
                """)
        defer { other.close() }
        let (otherCode, otherText) = try other.result(of: ["notify"])
        #expect(otherCode == 78)
        #expect(
            otherText.contains(
                "notify.receivers.a.token: must be given with kind: slack: set STOCKD_NOTIFY_RECEIVERS_A_TOKEN"))
        #expect(otherText.contains("notify.receivers.b.from: must be given with kind: mail"))
        #expect(otherText.contains("notify.receivers.b.headers: has no effect with kind: mail; remove it"))
        #expect(
            otherText.contains(
                "notify.receivers.c.kind: must be given: one of webhook, slack, pagerduty, alertmanager, mail"))
        #expect(try other.result(of: ["check"]).text.contains("notify.receivers.b.from"), "check says it, too")
    }

    @Test("one notification tries a receiver, and its answer is shown")
    func trial() throws {
        let server = try StandIn([.status(200), .status(200), .status(401, "no")])
        let site = try Site("trial", partitions: 1, settings: Self.settings)
        defer { site.close() }
        let (code, text) = try site.result(of: ["notify", "test", "ops"], Self.url(server))
        #expect(code == 0, "\(text)")
        #expect(text == "a made-up alert: taken\nits end: taken\n")
        #expect(try Picture(try server.next()).changes == ["began 0/0"])
        #expect(try Picture(try server.next()).changes == ["ended 0/0"])
        let (refusedCode, refused) = try site.result(of: ["notify", "test", "ops"], Self.url(server))
        #expect(refusedCode == 78)
        #expect(refused.contains("401"), "\(refused)")
        let (unknownCode, unknown) = try site.result(of: ["notify", "test", "nobody"], Self.url(server))
        #expect(unknownCode == 78)
        #expect(unknown.contains("there is no receiver nobody; there are ops"))
    }

    @Test("a receiver of a region is told of its warehouses alone, by the reference topic")
    func region() throws {
        let settings = Self.settings.replacing("{kind: webhook,", with: "{kind: webhook, region: [North],")
        let site = try Site("nregion", partitions: 1, settings: settings, reference: (settings: "", partitions: 1))
        defer { site.close() }
        if site.cluster.isEmbedded { try site.cluster.create([site.spec("notify-state", 1)], site.admin) }
        let warehouses = try MessageSender(site, "warehouses")
        for (id, region) in [(1, "South"), (2, "North")] {
            let row = #"{"warehouse_id":\#(id),"warehouse_name":"W","region":"\#(region)"}"#
            try warehouses.send(Array(row.utf8), key: Array("\(id)".utf8), partition: 0)
        }
        let alerts = try MessageSender(site, "alerts")
        for warehouse in [1, 2] {
            let ids = #""product_id":3,"warehouse_id":\#(warehouse)"#
            let stock = #""current_stock":5,"alert_severity":"LOW","oversold_units":0"#
            let alert = #"{"change":"RAISED",\#(ids),\#(stock),"incident":1}"#
            try alerts.send(Array(alert.utf8), key: Array("{\(ids)}".utf8), partition: 0)
        }
        let server = try StandIn()
        let notifier = try site.command("notify", [], Self.url(server))
        #expect(try Picture(try server.next()).changes == ["began 3/2"], "\(notifier.text)")
        notifier.send(SIGTERM)
        #expect(try notifier.exitCode() == 0)
        #expect(server.unread == 0)
    }

    @Test("a topic of rows is refused in words")
    func rows() throws {
        let site = try Self.site("nrows")
        defer { site.close() }
        let row = #"{"product_id":3,"warehouse_id":1,"current_stock":5,"alert_severity":"LOW","oversold_units":0}"#
        let sender = try MessageSender(site, "alerts")
        try sender.post(Array(row.utf8), key: Array(#"{"product_id":3,"warehouse_id":1}"#.utf8), partition: 0)
        try sender.flush()
        let notifier = try site.command("notify", [], Self.url(try StandIn()))
        #expect(try notifier.exitCode() == 78)
        #expect(notifier.text.contains("stockd notify needs a topic of alerts.format: changes"), "\(notifier.text)")
    }
}

/// What a webhook said.
private struct Picture {
    private(set) var changes: [String] = []
    private(set) var keys: [String] = []

    init(_ request: StandIn.Request) throws {
        let alerts = try request.json()["alerts"] as? [[String: Any]] ?? []
        for alert in alerts {
            let key = alert["deduplication_key"] as? String ?? ""
            keys.append(key)
            let pair = key.split(separator: "/").dropFirst().prefix(2)
            let words = key.hasPrefix("stockd-test/") ? "0/0" : pair.joined(separator: "/")
            changes.append("\(alert["change"] as? String ?? "?") \(words)")
        }
    }
}

extension StandIn {
    fileprivate func text(of request: Request) throws -> String { try request.json()["text"] as? String ?? "" }
}
