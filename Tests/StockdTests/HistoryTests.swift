import Foundation
import TestSupport
import Testing

@Suite("The history of a daemon", .blocking)
struct HistoryTests {
    @Test("after a kill the history has its old times, and with history.changes: 0 there is none")
    func killed() throws {
        let port = try FreePort.find()
        let site = try Site("history", partitions: 1, settings: "checkpoint: {interval: 1h}")
        defer { site.close() }
        let client = Curl(port)
        var variables = ["STOCKD_HTTP_LISTEN": "127.0.0.1:\(port)"]
        let first = try site.run(variables)
        let sender = try MessageSender(site)
        defer { sender.close() }
        func send(_ id: Int64, _ type: String, _ quantity: Int32, hoursAgo: Int64 = 0, shows stock: String) throws {
            let nowMs = Int64(Date().timeIntervalSince1970 * 1_000)
            let order = Order(
                id: id, type: type, product: 1, warehouse: 1, quantity: quantity, second: nowMs / 1_000)
            try sender.post(Array(order.json.utf8), partition: 0, timestampMs: nowMs - hoursAgo * 3_600_000)
            try sender.flush()
            try eventually("the order is shown") { steps(client).last?[1] == stock ? () : nil }
        }
        try send(0, "RECEIVED", 10, hoursAgo: 5, shows: "10")
        #expect(steps(client).map { $0[1] } == ["<null>", "10"])
        // An orderly end writes a checkpoint, so a recovery reads what comes behind it again.
        first.send(SIGTERM)
        #expect(try first.exitCode() == 0, "\(first.text)")
        let second = try site.run(variables)
        // Its time is before the checkpoint.
        try send(1, "RECEIVED", 10, hoursAgo: 3, shows: "20")
        try send(2, "SHIPPED", 10, shows: "10")
        try send(3, "RECEIVED", 5, shows: "15")
        let before = steps(client)
        #expect(before.map { $0[1] } == ["20", "10", "15"])
        second.send(SIGKILL)
        _ = try second.exitCode()
        let third = try site.run(variables)
        let after = try eventually("the stock is recovered", within: 60) {
            let found = steps(client)
            return found.last == before.last ? found : nil
        }
        // The last two may be of one second.
        #expect(after.first == before.first && after.count > 1, "\(after)")
        third.send(SIGTERM)
        #expect(try third.exitCode() == 0, "\(third.text)")
        variables["STOCKD_HISTORY_CHANGES"] = "0"
        let fourth = try site.run(variables)
        let answer = try eventually("the interface answers") {
            let answer = client.json("/v1/products/1/history")
            return answer["kept"] == nil ? nil : answer
        }
        #expect(answer["kept"] as? Bool == false && answer["begins_at"] is NSNull)
        fourth.send(SIGTERM)
        #expect(try fourth.exitCode() == 0)
    }

    /// Times and stock of the only warehouse.
    private func steps(_ client: Curl) -> [[String]] {
        let warehouses = client.json("/v1/products/1/history")["warehouses"] as? [[String: Any]]
        let steps = warehouses?.first?["stock"] as? [[Any]] ?? []
        return steps.map { $0.map { "\($0)" } }
    }
}
