import Foundation
import TestSupport
import Testing

@Suite("The daemon's HTTP interface", .blocking)
struct DaemonHTTPTests {
    @Test("HTTP shows the alerts that were published, and a second daemon on the same port ends with 74")
    func daemon() throws {
        let port = try FreePort.find()
        let site = try Site("web", partitions: 3, settings: "alerts: {topic: NAME-alerts, emit: row}")
        defer { site.close() }
        let variables = ["STOCKD_HTTP_LISTEN": "127.0.0.1:\(port)"]
        let program = try site.run(variables)
        let client = Curl(port)
        _ = try eventually("it answers") { client.get("/health/live") == "alive\n" ? true : nil }
        _ = try eventually("it is ready") {
            client.json("/health/ready")["ready"] as? Bool == true ? true : nil
        }
        try Self.checkThreads(program)
        let orders = Shop.orders(600, seed: 5)
        try Sender(site, orders).send(600)
        let applied = { (client.json("/v1/status")["events"] as? [String: Int])?["applied"] }
        _ = try eventually("everything is applied", within: 60) { applied() == 600 ? true : nil }

        let alerts = try eventually("the snapshot holds everything") { () -> [[String: Any]]? in
            let answer = client.json("/v1/alerts?limit=10000")
            let offsets = (answer["offsets"] as? [[String: Int]] ?? []).reduce(0) { $0 + ($1["offset"] ?? 0) }
            return offsets == 600 ? answer["rows"] as? [[String: Any]] : nil
        }
        var book = AlertBook()
        for message in try site.read("alerts") { try book.apply(message) }
        #expect(book.faults == [])
        #expect(alerts.count == book.rows.count)
        for row in alerts {
            let key =
                #"{"product_id":\#(row["product_id"] ?? 0),"warehouse_id":\#(row["warehouse_id"] ?? 0)}"#
            #expect(book.rows[key]?.severity == row["alert_severity"] as? String, "\(key)")
            #expect(book.rows[key]?.stock == (row["current_stock"] as? NSNumber)?.int64Value, "\(key)")
        }
        let second = try site.run(variables)
        #expect(try second.exitCode() == 74)
        #expect(second.text.contains("127.0.0.1:\(port): Address already in use"))
        #expect(program.isRunning)
        program.send(SIGTERM)
        #expect(try program.exitCode() == 0)
    }

    /// Each thread has a name that says whose it is.
    private static func checkThreads(_ program: Program) throws {
        let own: Set = ["stockd", "worker-0", "kafka-call", "http-reader-0", "lag-probe"]
        let names = try eventually("its own threads have their names") {
            own.isSubset(of: program.threadNames) ? program.threadNames : nil
        }
        #expect(names.count { $0 == "worker-0" } == 1, "\(names)")
        // librdkafka's, SwiftNIO's and, cut short, libdispatch's "com.apple.root.…-qos" and "….overcommit".
        let foreign = names.filter { name in
            !own.contains(name) && !name.hasPrefix("rdk:") && !name.hasPrefix("NIO-")
                && !name.hasSuffix("-qos") && !name.hasSuffix(".overcommit")
        }
        #expect(foreign == [])
    }
}
