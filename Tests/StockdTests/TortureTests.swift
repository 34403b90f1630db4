import ClusterSupport
import Foundation
import Kafka
import TestSupport
import Testing

/// Three daemons in one group that are killed, stopped past their session and replaced for a minute; then what they
/// published is compared with a recomputation. STOCKD_TORTURE_SECONDS sets how long,
/// STOCKD_TORTURE_RATE how many orders a second, STOCKD_TEST_SEED repeats the orders and the disturbances (not the
/// moments within the daemons that they hit).
@Suite("Daemons under torture", .blocking, .enabled(if: TestCluster.isReal, "needs STOCKD_TEST_BROKERS"))
struct TortureTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let rate = environment["STOCKD_TORTURE_RATE"].flatMap { Double($0) } ?? 1_500

    @Test(
        "daemons that are killed, stopped and replaced publish every change once and in order",
        arguments: [false, true])
    func torture(hasTexts: Bool) throws {
        let seconds = Self.environment["STOCKD_TORTURE_SECONDS"].flatMap { Double($0) } ?? 60
        let seed = SeededRandom.runSeed
        print("torture for \(Int(seconds)) s, \(hasTexts ? "texts" : "integers"), STOCKD_TEST_SEED=\(seed)")
        let site = try Self.site(seed, hasTexts)
        defer { site.close() }
        var market = Market(seed: seed, hasTexts: hasTexts)
        let torturer = try Torturer(site, seed: seed &+ 1, daemons: 3, isStatic: seed % 2 == 0, hasTexts: hasTexts)
        do {
            try Self.send(&market, to: site, while: torturer, seconds)
            try torturer.calmDown()
            try Self.waitUntilRead(site, torturer)
            try Self.waitUntilPublished(site)
            try Self.audit(site, seed, "beside the daemons")
            try torturer.finish()
        } catch {
            Issue.record("seed \(seed): \(error)\n\(torturer.tails)")
            return
        }
        print("torture: \(market.orders.count) orders; \(torturer.counts.sorted { $0.key < $1.key })")
        try Self.check(site, market, edition: torturer.edition, seed)
        try Self.audit(site, seed, "after the daemons' end")
        try Self.rebuild(site, seed)
    }

    /// The audit must find no difference.
    private static func audit(_ site: Site, _ seed: UInt64, _ when: String) throws {
        let audit = try site.result(of: ["audit"], within: 300)
        #expect(audit.code == 0, "seed \(seed), \(when): \(audit.text.suffix(5_000))")
        print("torture: \(audit.text)")
    }

    private static func site(_ seed: UInt64, _ hasTexts: Bool) throws -> Site {
        let kind = hasTexts ? "text" : "integer"
        let site = try Site(
            "torture", partitions: Market.partitions,
            settings: """
                ids: {event: \(kind), product: \(kind), warehouse: \(kind)}
                alerts: {topic: NAME-alerts, emit: \(seed % 3 == 0 ? "row" : "severity")}
                outputs: {stock_levels: {topic: NAME-stock}}
                checkpoint: {interval: \(seed % 5 == 0 ? "0s" : "1s")}
                """, keyedBy: "product")
        try site.write("products.csv", Market.productsFile(edition: 0, hasTexts: hasTexts))
        try site.write("warehouses.csv", Market.warehousesFile(hasTexts: hasTexts))
        return site
    }

    private static func send(
        _ market: inout Market, to site: Site, while torturer: Torturer, _ seconds: Double
    ) throws {
        let producer = try TransactionalProducer(
            site.cluster.client(), ProducerSettings(transactionalID: nil))
        defer { producer.close(deadlineMs: 2_000) }
        let input = try producer.topic("\(site.name)-in")
        let begin = Date()
        var sent = 0
        while -begin.timeIntervalSinceNow < seconds {
            let due = Int(-begin.timeIntervalSinceNow * rate) - sent
            for message in market.messages(max(0, due)) {
                try Array(message.key.utf8).withUnsafeBytes { key in
                    try Array(message.value.utf8).withUnsafeBytes { value in
                        try producer.produce(input, partition: message.partition, key: key, value: value)
                    }
                }
            }
            sent += max(0, due)
            try torturer.turn()
            usleep(100_000)
        }
        try producer.flush(deadlineMs: 30_000)
    }

    /// Waits until the group has committed everything that was sent.
    private static func waitUntilRead(_ site: Site, _ torturer: Torturer) throws {
        let topic = "\(site.name)-in"
        let partitions = Array(0..<Market.partitions)
        var missing = "?"
        do {
            try eventually("everything is committed", within: 180) { () -> Void? in
                try torturer.lookAfterAll()
                usleep(300_000)
                // Open transactions of killed daemons make the offsets unstable for a while.
                let committed = try? site.admin.committed(
                    by: site.name, topic: topic, partitions: partitions, timeoutMs: 30_000)
                var ends: [Int32: Int64] = [:]
                for partition in partitions {
                    ends[partition] = try site.admin.watermarks(of: topic, partition, timeoutMs: 10_000).high
                }
                missing = "\(committed ?? [:]) of \(ends)"
                return committed == ends ? () : nil
            }
        } catch let failure as Failure {
            throw Failure("\(failure): \(missing)")
        }
    }

    /// Waits until no alert has come for five seconds, so that the last edition of the reference rows is in.
    private static func waitUntilPublished(_ site: Site) throws {
        var last: Int64 = -1
        var since = Date()
        try eventually("the alerts come to rest", within: 90) { () -> Void? in
            var end: Int64 = 0
            for partition in 0..<Market.partitions {
                end += try site.admin.watermarks(of: "\(site.name)-alerts", partition, timeoutMs: 10_000).high
            }
            if end != last {
                last = end
                since = Date()
            }
            usleep(200_000)
            return -since.timeIntervalSinceNow > 5 ? () : nil
        }
    }

    private static func check(_ site: Site, _ market: Market, edition: Int, _ seed: UInt64) throws {
        let expected = Recomputation(market.orders).stockRows
        var book = AlertBook()
        let alerts = try site.read("alerts")
        for message in alerts { try book.apply(message) }
        #expect(book.faults.prefix(10) == [], "seed \(seed): \(book.faults.count) faults")
        let levels = market.levels(edition: edition)
        let found = book.levels
        let wrong = Set(levels.keys).union(found.keys).filter {
            levels[$0] != found[$0]
        }
        #expect(wrong.sorted().prefix(10) == [], "seed \(seed): \(wrong.count) alerts are wrong")

        let stock = try site.read("stock").lastStock
        let differing = Set(expected.keys).union(stock.keys).filter {
            stock[$0] != expected[$0]
        }
        let shown = differing.sorted().prefix(10).map {
            "\($0): \(stock[$0] ?? "none"), expected \(expected[$0] ?? "none")"
        }
        #expect(shown == [], "seed \(seed): \(differing.count) of \(expected.count) rows are wrong")

        let letters = try site.read("dlq").map { String(decoding: $0.value ?? [], as: UTF8.self) }.sorted()
        #expect(letters == market.bad.sorted(), "seed \(seed): dead letters")
        print(
            "torture: \(alerts.count) alert changes, \(stock.count) pairs, \(letters.count) dead letters checked"
        )
    }

    /// A rebuild must find no difference either.
    private static func rebuild(_ site: Site, _ seed: UInt64) throws {
        let daemon = try site.run(flags: ["--rebuild"])
        try eventually("the rebuild is through", within: 120) {
            daemon.text.contains("going live") || !daemon.isRunning ? () : nil
        }
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text.suffix(2_000))")
        let said = daemon.text.split(separator: "\n").filter { $0.contains("rebuild:") }
        let partitions = (0..<Market.partitions).map(String.init).joined(separator: " ")
        #expect(said.count == 1, "seed \(seed): \(said)")
        #expect(said.first?.contains(" differed=0 ") == true, "seed \(seed): \(said)")
        #expect(said.first?.contains("partitions=\"\(partitions)\"") == true, "seed \(seed): \(said)")
    }
}

extension [Message] {
    /// `stock last_updated` by `exact` key, from the newest message of each.
    var lastStock: [String: String] {
        get throws {
            var rows: [String: String] = [:]
            for message in self {
                let fields = try message.fields
                let stock = AlertBook.integer(fields["current_stock"]) ?? .min
                rows[message.keyText.exact] = "\(stock) \(fields["last_updated"] ?? "")"
            }
            return rows
        }
    }
}
