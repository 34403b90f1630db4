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
        // The first checkpoint comes with the first commit, so a recovery reads the rest again.
        for (index, hoursAgo) in [5, 3, 0, 0].enumerated() {
            let nowMs = Int64(Date().timeIntervalSince1970 * 1_000)
            let order = Order(
                id: Int64(index), type: index == 2 ? "SHIPPED" : "RECEIVED", product: 1, warehouse: 1,
                quantity: index == 3 ? 5 : 10, second: nowMs / 1_000)
            try sender.post(Array(order.json.utf8), partition: 0, timestampMs: nowMs - Int64(hoursAgo) * 3_600_000)
            try sender.flush()
            let committed = index + 1
            try eventually("the order is shown") { steps(client).count > committed ? () : nil }
        }
        let before = steps(client)
        #expect(before.map { $0[1] } == ["<null>", "10", "20", "10", "15"])
        first.send(SIGKILL)
        _ = try first.exitCode()
        let second = try site.run(variables)
        let after = try eventually("the stock is recovered", within: 60) {
            let found = steps(client)
            return found.last == before.last ? found : nil
        }
        // The second order has a time before the checkpoint; the others may be of one second.
        #expect(after.first?[1] == "20" && after.count > 1, "\(after)")
        second.send(SIGTERM)
        #expect(try second.exitCode() == 0, "\(second.text)")
        variables["STOCKD_HISTORY_CHANGES"] = "0"
        let third = try site.run(variables)
        let answer = try eventually("the interface answers") {
            let answer = client.json("/v1/products/1/history")
            return answer["kept"] == nil ? nil : answer
        }
        #expect(answer["kept"] as? Bool == false && answer["begins_at"] is NSNull)
        third.send(SIGTERM)
        #expect(try third.exitCode() == 0)
    }

    /// Times and stock of the only warehouse.
    private func steps(_ client: Curl) -> [[String]] {
        let warehouses = client.json("/v1/products/1/history")["warehouses"] as? [[String: Any]]
        let steps = warehouses?.first?["stock"] as? [[Any]] ?? []
        return steps.map { $0.map { "\($0)" } }
    }
}
