import Foundation
import TestSupport
import Testing

/// The tutorial's day with products `WH-1000` … and warehouses `us-east` …, and one product that every reader of an
/// address must unescape.
@Suite("Ids that are texts", .blocking)
struct TextIDTests {
    private static let awkward = #"A/1 "ü"+%"#
    private static let escaped = "A%2F1%20%22%C3%BC%22%2B%25"

    private static func file(_ name: String) throws -> String { try Repository.text("Config/tutorial/texts/\(name)") }

    private static func lines(_ name: String) throws -> [String] {
        try file(name).split(whereSeparator: \.isNewline).map(String.init)
    }

    private static func site() throws -> Site {
        let site = try Site(
            "texts", partitions: 1,
            settings: """
                ids: {event: text, product: text, warehouse: text}
                alerts: {topic: NAME-alerts}
                checkpoint: {interval: 100ms}
                """)
        let more = "\"" + awkward.replacing("\"", with: "\"\"") + "\",Odd One,Test,10,\n"
        try site.write("products.csv", file("products.csv").trimmingCharacters(in: .newlines) + "\n" + more)
        try site.write("warehouses.csv", file("warehouses.csv"))
        return site
    }

    private static func event() -> String {
        #"{"event_id":"e-\"1\"","event_type":"RECEIVED","product_id":\#(IDTexts.json(awkward)),"#
            + #""warehouse_id":"us-east","quantity":4,"event_time":"2026-03-30T08:00:00Z"}"#
    }

    private static func rows(_ answer: [String: Any]) -> [[String: Any]] { answer["rows"] as? [[String: Any]] ?? [] }

    private static func ids(_ rows: [[String: Any]]) -> [String] {
        rows.map { "\($0["product_id"] as? String ?? "?") \($0["warehouse_id"] as? String ?? "?")" }
    }

    @Test("The tutorial's day with texts is shown over HTTP, in the topics, by query, replay and state.")
    func day() throws {
        let port = try FreePort.find()
        let site = try Self.site()
        defer { site.close() }
        let program = try site.run(["STOCKD_HTTP_LISTEN": "127.0.0.1:\(port)"])
        let client = Curl(port)
        let events = try Self.lines("order-events.ndjson") + [Self.event()]
        let sender = try MessageSender(site)
        defer { sender.close() }
        // The second time each is a duplicate.
        for line in events + events { try sender.post(Array(line.utf8), partition: 0) }
        try sender.flush()
        let alerts = try eventually("everything is applied", within: 60) { () -> [String]? in
            let answer = client.json("/v1/alerts?limit=10000")
            let offset = (answer["offsets"] as? [[String: Int]])?.first?["offset"]
            return offset == events.count * 2 ? Self.ids(Self.rows(answer)) : nil
        }
        #expect(
            alerts == [
                Self.awkward + " us-east", "LS-3000 us-central", "LS-3000 us-east", "MK-4000 us-east",
                "MK-4000 us-west", "UC-2000 us-central", "UC-2000 us-east", "UC-2000 us-west", "WC-5000 us-west",
                "WH-1000 us-east", "WH-1000 us-west",
            ])
        #expect((client.json("/v1/status")["events"] as? [String: Int])?["applied"] == events.count)
        try Self.checkQueries(client, alerts)

        // The topics.
        let messages = try site.read("alerts")
        let keys = Set(messages.map(\.keyText))
        #expect(keys.contains(#"{"product_id":"WH-1000","warehouse_id":"us-east"}"#))
        #expect(keys.contains(#"{"product_id":"A/1 \"ü\"+%","warehouse_id":"us-east"}"#))
        var book = AlertBook()
        for message in messages { try book.apply(message) }
        #expect(book.faults == [] && book.rows.count == alerts.count)

        try Self.checkCommands(site, port)
        program.send(SIGTERM)
        #expect(try program.exitCode() == 0)
        try Self.checkFiles(site, events)
        try Self.checkRestart(site, sender)
    }

    private static func checkQueries(_ client: Curl, _ alerts: [String]) throws {
        func product(_ path: String) -> String? {
            (client.json("/v1/products/\(path)")["product"] as? [String: Any])?["product_id"] as? String
        }
        #expect(product("WH-1000") == "WH-1000" && product("%57H-1000") == "WH-1000" && product(escaped) == awkward)
        for unknown in ["wh-1000", "WH-1000%20", "WH-100", "1"] {
            #expect(client.json("/v1/products/\(unknown)")["status"] as? Int == 404, "\(unknown)")
        }
        for (filter, count) in [
            ("product_id=UC-2000", 3), ("product_id=UC-2000&product_id=WH-1000", 5), ("product_id=UC-2000,WH-1000", 0),
            ("warehouse_id=us-east", 5), ("product_id=UC-2000&warehouse_id=us-east", 1), ("product_id=\(escaped)", 1),
            ("product_id=uc-2000", 0), ("warehouse_id=1", 0),
        ] {
            #expect(rows(client.json("/v1/alerts?\(filter)")).count == count, "\(filter)")
        }
        for sort in ["", "&sort=product_id", "&sort=-product_id", "&sort=-warehouse_id", "&sort=-current_stock"] {
            let whole = ids(rows(client.json("/v1/alerts?limit=10000\(sort)")))
            #expect(whole.sorted() == alerts.sorted())
            var (pages, cursor) = ([String](), "")
            repeat {
                let answer = client.json("/v1/alerts?limit=3\(sort)\(cursor)")
                pages += ids(rows(answer))
                cursor = (answer["next"] as? String).map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty && pages.count < 100
            #expect(pages == whole, "\(sort)")
        }
        let down = ids(rows(client.json("/v1/alerts?sort=-product_id"))).map { $0.split(separator: " ")[0] }
        #expect(down.first == "WH-1000" && down.last == "A/1")
    }

    private static func checkCommands(_ site: Site, _ port: Int) throws {
        let query = try Program(
            Program.stockd(),
            [
                "query", "alerts", "--format", "csv", "--product-id", "WH-1000", "--product-id", awkward, "--url",
                "http://127.0.0.1:\(port)",
            ])
        defer { query.remove() }
        #expect(try query.exitCode() == 0, "\(query.text)")
        let lines = query.text.split(separator: "\n")
        #expect(lines.count == 4, "\(query.text)")
        #expect(lines.contains { $0.hasPrefix(#""A/1 ""ü""+%",Odd One,Test,us-east,East Coast Hub,4,10,"#) })
        #expect(
            lines.contains { $0.hasPrefix("WH-1000,Wireless Headphones,Electronics,us-west,West Coast Hub,10,50,") })
    }

    /// What is read without the daemon.
    private static func checkFiles(_ site: Site, _ events: [String]) throws {
        let dump = try site.result(of: ["state", "--dump"])
        #expect(dump.code == 0, "\(dump.text)")
        #expect(dump.text.contains(#""product_id":"WH-1000","warehouse_id":"us-east","#))
        #expect(dump.text.contains(#""product_id":"A/1 \"ü\"+%","warehouse_id":"us-east","#))
        try site.write("events.ndjson", events.joined(separator: "\n"))
        let replay = try site.result(of: ["replay", "--format", "csv", "--view", "stock", site.path("events.ndjson")])
        #expect(replay.code == 0, "\(replay.text)")
        #expect(replay.text.contains("\nWH-1000,Wireless Headphones,Electronics,us-east,East Coast Hub,45,50,"))
        #expect(replay.text.contains("\n\"A/1 \"\"ü\"\"+%\",Odd One,Test,us-east,East Coast Hub,4,10,"))
        #expect(replay.text.contains("\(events.count) events applied"), "\(replay.text)")
        // The same events with integers for ids: each is a bad event.
        let integers = try site.result(
            of: ["replay", "--view", "stock", site.path("events.ndjson")],
            [
                "STOCKD_IDS_PRODUCT": "integer",
                "STOCKD_REFERENCE_PRODUCTS_FILE": Repository.root.path + "/Config/products.csv",
            ])
        #expect(integers.text.contains("\(events.count) rejected (\(events.count) wrong_type)"), "\(integers.text)")
    }

    /// Another process reads the state, and knows the names and event ids.
    private static func checkRestart(_ site: Site, _ sender: MessageSender) throws {
        let before = try site.read("alerts").count
        let daemon = try site.run()
        for line in try lines("order-events.ndjson") + lines("order-events-next-day.ndjson") {
            try sender.post(Array(line.utf8), partition: 0)
        }
        try sender.flush()
        let last = try eventually("the next day's alert is resolved", within: 60) {
            let messages = try site.read("alerts")
            return messages.count > before ? messages.last : nil
        }
        #expect(last.keyText == #"{"product_id":"LS-3000","warehouse_id":"us-east"}"#)
        #expect(try last.fields["change"] as? String == "RESOLVED")
        #expect(try last.fields["current_stock"] as? Int == 115)
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0)
        #expect(try site.read("alerts").count == before + 1)
    }
}
