import Foundation
import Kafka
import TestSupport
import Testing

@Suite("SIGHUP", .blocking)
struct ReloadTests {
    /// The shop's products with another threshold for the first one, which may be no number.
    private static func products(threshold: String) -> String {
        Shop.productsFile.replacing(
            "1,Product 1,Test,\(Shop.threshold(1)),", with: "1,Product 1,Test,\(threshold),")
    }

    /// A daemon with 25 of product 1 in stock; the threshold is 30.
    private static func site() throws -> (Site, Program) {
        let site = try Site("reload", partitions: 1, settings: "alerts: {topic: NAME-alerts}")
        let producer = try TransactionalProducer(
            site.cluster.client(), ProducerSettings(transactionalID: nil))
        defer { producer.close(deadlineMs: 1_000) }
        let order = Order(
            id: 1, type: "RECEIVED", product: 1, warehouse: 1, quantity: 25, second: 1_775_000_000)
        try Array(order.json.utf8).withUnsafeBytes {
            try producer.produce(try producer.topic("\(site.name)-in"), partition: 0, key: nil, value: $0)
        }
        try producer.flush(deadlineMs: 30_000)
        try site.write("thresholds.csv", thresholds)
        return (site, try site.run(["STOCKD_REFERENCE_THRESHOLDS_FILE": site.path("thresholds.csv")]))
    }

    private static let thresholds = "product_id,warehouse_id,reorder_threshold\n"

    private static func changes(_ site: Site) throws -> [String] {
        try site.read("alerts").map {
            let fields = try $0.fields
            return "\(fields["change"] ?? "?") \(fields["alert_severity"] as? String ?? "-")"
        }
    }

    private static func await(_ expected: [String], _ site: Site, _ daemon: Program) throws {
        waitUntil { try changes(site) == expected }
        #expect(try changes(site) == expected, "\(daemon.text)")
    }

    @Test("SIGHUP applies changed reference files and keeps the old rows where a file has a mistake")
    func referenceFiles() throws {
        let (site, daemon) = try Self.site()
        defer { site.close() }
        try Self.await(["RAISED WARNING"], site, daemon)

        // The warehouse gets a threshold of its own, and loses it.
        try site.write("thresholds.csv", Self.thresholds + "1,1,60\n")
        daemon.send(SIGHUP)
        try Self.await(["RAISED WARNING", "ESCALATED LOW"], site, daemon)
        try site.write("thresholds.csv", Self.thresholds)
        daemon.send(SIGHUP)
        let before = ["RAISED WARNING", "ESCALATED LOW", "EASED WARNING"]
        try Self.await(before, site, daemon)

        try site.write("products.csv", Self.products(threshold: "20"))
        daemon.send(SIGHUP)
        try Self.await(before + ["RESOLVED -"], site, daemon)

        try site.write("products.csv", Self.products(threshold: "many"))
        daemon.send(SIGHUP)
        _ = try eventually("the mistake is named") {
            daemon.text.contains("reference files not applied") && daemon.text.contains("\"many\"")
                ? () : nil
        }
        #expect(daemon.isRunning)

        try site.write("products.csv", Self.products(threshold: "100"))
        daemon.send(SIGHUP)
        try Self.await(before + ["RESOLVED -", "RAISED CRITICAL"], site, daemon)

        // The alert of a warehouse that is no longer in the file is resolved.
        try site.write("warehouses.csv", "warehouse_id,warehouse_name,region\n2,Warehouse 2,Test\n")
        daemon.send(SIGHUP)
        try Self.await(before + ["RESOLVED -", "RAISED CRITICAL", "RESOLVED -"], site, daemon)
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")
    }

    @Test("SIGHUP during the start takes effect and does not end the daemon")
    func early() throws {
        let (site, daemon) = try Self.site()
        defer { site.close() }
        _ = try eventually("the start") { daemon.text.contains("starting") ? () : nil }
        try site.write("products.csv", Self.products(threshold: "100"))
        daemon.send(SIGHUP)
        _ = try eventually("the reload") { daemon.text.contains("reference files read again") ? () : nil }
        _ = try eventually("the alert by the new threshold") {
            try Self.changes(site).last?.hasSuffix(" CRITICAL") == true ? () : nil
        }
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")
    }

    @Test("SIGHUP changes the log level at once and names the settings that need a restart")
    func settings() throws {
        let (site, daemon) = try Self.site()
        defer { site.close() }
        try Self.await(["RAISED WARNING"], site, daemon)
        let text = try String(contentsOfFile: site.configurationPath, encoding: .utf8)
        try site.write(
            "stockd.yaml",
            text.replacing("log: {format: text}", with: "log: {format: text, level: debug}")
                .replacing("{topic: \(site.name)-alerts}", with: "{topic: \(site.name)-alerts, emit: row}"))
        daemon.send(SIGHUP)
        _ = try eventually("both are named") {
            daemon.text.contains("log.level: info is now debug")
                && daemon.text.contains("alerts.emit: severity is now row") ? () : nil
        }
        let line = daemon.text.split(separator: "\n").last { $0.contains("alerts.emit") }
        #expect(line?.hasSuffix("needs a restart") == true, "\(line ?? "")")
        // A line of the pipeline that is logged at level debug.
        try site.write("products.csv", Self.products(threshold: "20"))
        daemon.send(SIGHUP)
        _ = try eventually("debug is logged") { daemon.text.contains("alert RESOLVED") ? () : nil }
        try site.write("stockd.yaml", text + "\nkafka: 7\n")
        daemon.send(SIGHUP)
        _ = try eventually("the mistake is named") {
            daemon.text.contains("configuration not applied") ? () : nil
        }
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")
    }
}
