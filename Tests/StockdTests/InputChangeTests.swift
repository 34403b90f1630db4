import Foundation
import TestSupport
import Testing

@Suite("A daemon whose input.keyed_by or input.topic changed", .blocking)
struct InputChangeTests {
    private static func site() throws -> Site {
        try Site(
            "inputs", partitions: 3,
            settings: "alerts: {topic: NAME-alerts, emit: row}\ncheckpoint: {interval: 200ms}")
    }

    private struct Run {
        let site: Site
        let orders: [Order]
        let sender: Sender
        var sent = 0

        init(_ site: Site, seed: UInt64) throws {
            self.site = site
            orders = Shop.orders(900, seed: seed)
            sender = try Sender(site, orders) { $0.product % 3 }
        }

        mutating func send(_ count: Int) throws {
            try sender.send(count)
            sent += count
        }

        func alerts() throws -> (rows: [String: AlertBook.Row], count: Int) {
            var book = AlertBook()
            let messages = try site.read("alerts")
            for message in messages { try book.apply(message) }
            return (book.rows, messages.count)
        }

        /// Runs a daemon until the alerts match the orders sent so far, then stops it with SIGTERM.
        func settle(_ keyedBy: String, _ flags: [String] = [], seed: UInt64) throws -> String {
            let daemon = try site.run(["STOCKD_INPUT_KEYED_BY": keyedBy], flags: flags)
            let expected = Recomputation(Array(orders[..<sent])).alerts
            try eventually("the daemon is ready") { daemon.text.contains("ready") ? () : nil }
            waitUntil { try alerts().rows == expected }
            #expect(try alerts().rows == expected, "seed \(seed): \(daemon.text)")
            daemon.send(SIGTERM)
            #expect(try daemon.exitCode() == 0, "\(daemon.text)")
            return daemon.text
        }

        func refused(_ keyedBy: String, _ flags: [String] = []) throws -> String {
            let daemon = try site.run(["STOCKD_INPUT_KEYED_BY": keyedBy], flags: flags)
            #expect(try daemon.exitCode() == 78, "\(daemon.text)")
            return daemon.text
        }
    }

    @Test("a changed input.keyed_by ends with 78; --rebuild accepts it and publishes only what differs")
    func keying() throws {
        let seed = SeededRandom.runSeed
        let site = try Self.site()
        defer { site.close() }
        var run = try Run(site, seed: seed)
        try run.send(300)
        _ = try run.settle("none", seed: seed)
        let before = try run.alerts().count
        for flags in [[], ["--accept-config-change"]] {
            let text = try run.refused("product", flags)
            #expect(text.contains("input.keyed_by=none became product") && text.contains("with --rebuild"))
        }
        let text = try run.settle("product", ["--rebuild"], seed: seed)
        #expect(text.contains("differed=0 logged=0 pairs="), "\(text)")
        #expect(try run.alerts().count == before, "nothing is published again")
        try run.send(300)
        _ = try run.settle("product", seed: seed)
        let middle = try run.alerts().count
        #expect(try run.refused("none").contains("input.keyed_by=product became none"))
        _ = try run.settle("none", ["--rebuild"], seed: seed)
        #expect(try run.alerts().count == middle, "nothing is published again")
        try run.send(300)
        _ = try run.settle("none", seed: seed)
        let state = try site.command("state", ["--format", "json"])
        #expect(try state.exitCode() == 0)
        let rows = try state.text.split(separator: "\n").map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        let expected = Recomputation(run.orders)
        #expect(
            rows.reduce(0) { $0 + (AlertBook.integer($1["stock_entries"]) ?? 0) }
                == Int64(expected.stock.count))
        #expect(rows.reduce(0) { $0 + (AlertBook.integer($1["position"]) ?? 0) } >= 900)
        let published = rows.map { AlertBook.integer($0["published_alerts"]) ?? 0 }
        #expect(
            published[0] > 0 && published[1...].allSatisfy { $0 == 0 },
            "one state partition holds them: \(published)")
    }

    @Test("a changed input.topic ends with 78; --rebuild accepts it and counts the new topic alone")
    func topic() throws {
        let site = try Self.site()
        defer { site.close() }
        try site.cluster.create([site.spec("in2", 2)], site.admin)
        let order = { (id: Int64, type: String, quantity: Int32) in
            Order(id: id, type: type, product: 1, warehouse: 1, quantity: quantity, second: 1_775_000_000)
        }
        try Sender(site, [order(1, "RECEIVED", 25)]).send(1)
        func stock(_ daemon: Program, _ units: Int) throws {
            try eventually("an alert of \(units)") {
                try site.read("alerts").contains {
                    try $0.fields["current_stock"] as? Int == units
                } ? () : nil
            }
            daemon.send(SIGTERM)
            #expect(try daemon.exitCode() == 0, "\(daemon.text)")
        }
        try stock(try site.run(), 25)
        let other = ["STOCKD_INPUT_TOPIC": "\(site.name)-in2"]
        for flags in [[], ["--accept-config-change"]] {
            let refused = try site.run(other, flags: flags)
            #expect(try refused.exitCode() == 78)
            #expect(refused.text.contains("input.topic=") && refused.text.contains("with --rebuild"))
        }
        try Sender(site, [order(1, "SHIPPED", 5)], topic: "in2") { _ in 1 }.send(1)
        try stock(try site.run(other, flags: ["--rebuild"]), -5)
        try Sender(site, [order(2, "RECEIVED", 3)], topic: "in2") { _ in 1 }.send(1)
        try stock(try site.run(other), -2)
    }
}
