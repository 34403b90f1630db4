import Foundation
import Postgres
import PostgresSupport
import Synchronization
import TestSupport

/// Reads the tables again and again while they are written, each time several queries in one transaction, and notes
/// what does not fit together.
final class ConsistentReader: Sendable {
    private struct State {
        var rounds = 0
        /// Different sums that were seen: a reader that only ever sees one proves little.
        var sums: Set<String> = []
        var faults: [String] = []
        var positions: [String: Int64] = [:]
    }

    private let state = Mutex(State())
    private let isStopping = Atomic<Bool>(false)
    private let isEnded = Atomic<Bool>(false)

    init(_ server: TestServer, _ database: String) {
        Thread.detachNewThread { [self] in
            while !isStopping.load(ordering: .relaxed) {
                // The server may be away, or the tables not made yet.
                do { try read(server.connect(database)) } catch { usleep(100_000) }
            }
            isEnded.store(true, ordering: .releasing)
        }
    }

    var rounds: Int { state.withLock { $0.rounds } }
    var differentSums: Int { state.withLock { $0.sums.count } }
    var faults: [String] { state.withLock { $0.faults } }

    func stop() {
        isStopping.store(true, ordering: .relaxed)
        while !isEnded.load(ordering: .acquiring) { usleep(10_000) }
    }

    private func read(_ connection: Connection) throws {
        while !isStopping.load(ordering: .relaxed) {
            try connection.script("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            let stock = try line(
                "SELECT coalesce(sum(current_stock), 0), count(*) FROM stockd.current_stock_levels", connection)
            // So that a commit would come between if it could.
            usleep(2_000)
            let rollup = try line(
                """
                SELECT coalesce(sum(total_stock), 0), coalesce(sum(warehouse_count), 0)
                FROM stockd.multi_warehouse_inventory
                """, connection)
            let wrongRollup = try line(
                """
                SELECT count(*) FROM stockd.multi_warehouse_inventory r FULL JOIN (
                    SELECT product_id, count(*) AS warehouses, sum(current_stock) AS total,
                        min(current_stock) AS least, max(current_stock) AS most
                    FROM stockd.current_stock_levels GROUP BY product_id) s USING (product_id)
                WHERE (r.warehouse_count, r.total_stock, r.min_warehouse_stock, r.max_warehouse_stock)
                    IS DISTINCT FROM (s.warehouses, s.total, s.least, s.most)
                """, connection)
            let wrongAlerts = try line(
                """
                SELECT count(*) FROM stockd.current_stock_levels s FULL JOIN stockd.low_stock_alerts a
                    USING (product_id, warehouse_id)
                WHERE (a.product_id IS NOT NULL) IS DISTINCT FROM (s.current_stock < s.reorder_threshold)
                    OR a.current_stock <> s.current_stock OR a.last_updated <> s.last_updated
                    OR a.units_below_threshold <> s.reorder_threshold - s.current_stock
                """, connection)
            let positions = try connection.run("SELECT partition, position FROM stockd.partitions").rows
            try connection.script("COMMIT")
            state.withLock { state in
                state.rounds += 1
                state.sums.insert(stock)
                if stock != rollup { state.faults.append("stock \(stock), rollup \(rollup)") }
                if wrongRollup != "0" {
                    state.faults.append("\(wrongRollup) rows of the rollup differ from the stock's")
                }
                if wrongAlerts != "0" { state.faults.append("\(wrongAlerts) alerts differ from the stock's") }
                for row in positions {
                    guard let partition = row[0], let position = row[1].flatMap({ Int64($0) }) else { continue }
                    let before = state.positions[partition] ?? .min
                    if position < before {
                        state.faults.append("partition \(partition) went from \(before) to \(position)")
                    }
                    state.positions[partition] = position
                }
            }
        }
    }

    private func line(_ query: String, _ connection: Connection) throws -> String {
        try connection.run(query).first?.map { $0 ?? "-" }.joined(separator: " of ") ?? ""
    }
}
