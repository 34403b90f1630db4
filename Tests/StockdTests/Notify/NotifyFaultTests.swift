import ClusterSupport
import Foundation
import Kafka
import ReceiverSupport
import TestSupport
import Testing

/// Alerts come one at a time, so the transaction that a fault hits is known.
@Suite("A notifier whose requests to Kafka fail", .blocking)
struct NotifyFaultTests {
    @Test(
        "an alert whose transaction fails is told once",
        arguments: Fault.all.filter { fault in
            [.abortable, .fatal].contains(fault.kind) && [.txnOffsetCommit, .endTxn].contains(fault.api)
        })
    func faults(_ fault: Fault) throws {
        let server = try StandIn()
        let site = try Site("nfault", partitions: 1, settings: NotifyTests.settings, brokers: 1)
        defer { site.close() }
        try site.cluster.create([site.spec("notify-state", 1)], site.admin)
        let notifier = try site.command("notify", [], ["STOCKD_NOTIFY_RECEIVERS_OPS_URL": server.url])
        let alerts = try MessageSender(site, "alerts")
        var product = 0
        func tell() throws {
            product += 1
            try alerts.send(Self.raised(product), key: Self.key(product), partition: 0)
            #expect(try Self.product(try server.next()) == "\(product)", "\(notifier.text)")
        }
        try tell()
        for code in fault.codes {
            try site.cluster.embedded.pushRequestErrors(fault.api, [code])
            try tell()
            try site.cluster.embedded.clearRequestErrors(fault.api)
            try tell()
        }
        notifier.send(SIGTERM)
        #expect(try notifier.exitCode() == 0, "\(notifier.text)")
        #expect(server.unread == 0, "each is told once")
    }

    private static func key(_ product: Int) -> [UInt8] {
        Array(#"{"product_id":\#(product),"warehouse_id":1}"#.utf8)
    }

    private static func raised(_ product: Int) -> [UInt8] {
        let text = #"""
            {"change":"RAISED","product_id":\#(product),"warehouse_id":1,"current_stock":5,"reorder_threshold":30,\#
            "alert_severity":"CRITICAL","oversold_units":0,"incident":1}
            """#
        return Array(text.utf8)
    }

    private static func product(_ request: StandIn.Request) throws -> String {
        let alerts = try request.json()["alerts"] as? [[String: Any]] ?? []
        let keys = alerts.compactMap { $0["deduplication_key"] as? String }
        return keys.last.map { String($0.split(separator: "/")[1]) } ?? ""
    }
}
