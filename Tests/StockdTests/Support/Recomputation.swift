import Foundation
import Inventory
import Pipeline
import Wire

/// The views computed directly from the orders, without stockd's own computation.
struct Recomputation {
    private(set) var stock: [String: Int64] = [:]
    private(set) var updated: [String: Int64] = [:]
    private(set) var products: [String: Int32] = [:]

    init(_ orders: [Order] = []) { for order in orders { add(order) } }

    mutating func add(_ order: Order) {
        stock[order.key, default: 0] += order.units
        updated[order.key] = max(updated[order.key] ?? .min, order.second)
        products[order.key] = order.product
    }

    /// The alerts' rows by key.
    var alerts: [String: AlertBook.Row] {
        var rows: [String: AlertBook.Row] = [:]
        for (key, stock) in stock {
            guard let product = products[key], let severity = severity(of: key) else { continue }
            rows[key] = AlertBook.Row(
                severity: severity, stock: stock, threshold: Int64(Shop.threshold(product)),
                lastUpdated: instant(updated[key] ?? 0))
        }
        return rows
    }

    func severity(of key: String) -> String? {
        guard let product = products[key], let stock = stock[key] else { return nil }
        return Self.severity(stock, Int64(Shop.threshold(product)))
    }

    static func level(_ stock: Int64, _ threshold: Int64) -> String? {
        stock < min(0, threshold) ? "OVERSOLD" : severity(stock, threshold)
    }

    static func severity(_ stock: Int64, _ threshold: Int64) -> String? {
        if stock >= threshold { return nil }
        if stock == 0 { return "OUT_OF_STOCK" }
        if 4 * stock <= threshold { return "CRITICAL" }
        return 2 * stock <= threshold ? "LOW" : "WARNING"
    }

    /// `stock last_updated` by key.
    var stockRows: [String: String] {
        var rows: [String: String] = [:]
        for (key, stock) in stock { rows[key] = "\(stock) \(instant(updated[key] ?? 0))" }
        return rows
    }

    /// By product, the number of warehouses and the total, least and greatest stock.
    var rollup: [Int32: [Int64]] {
        var rows: [Int32: [Int64]] = [:]
        for (key, stock) in stock {
            guard let product = products[key] else { continue }
            let row = rows[product] ?? [0, 0, .max, .min]
            rows[product] = [row[0] + 1, row[1] + stock, min(row[2], stock), max(row[3], stock)]
        }
        return rows
    }

    private func instant(_ second: Int64) -> String {
        RFC3339.string(Timestamp(microseconds: second * 1_000_000))
    }
}

extension WorkerSnapshot {
    private static func key(_ row: StockRow) -> String {
        #"{"product_id":\#(row.product.id.rawValue),"warehouse_id":\#(row.warehouse.id.rawValue)}"#
    }

    /// `stock last_updated` by key, as a recomputation has it.
    var stockRows: [String: String] {
        var rows: [String: String] = [:]
        for row in stock {
            rows[Self.key(row)] = "\(row.currentStock) \(RFC3339.string(row.lastUpdated))"
        }
        return rows
    }

    var rollupRows: [Int32: [Int64]] {
        var rows: [Int32: [Int64]] = [:]
        for row in rollup {
            rows[row.product.id.rawValue] = [
                Int64(row.warehouseCount), Int64(row.totalStock), row.minWarehouseStock,
                row.maxWarehouseStock,
            ]
        }
        return rows
    }

    var severities: [String: String] {
        var rows: [String: String] = [:]
        for row in alerts { rows[Self.key(row)] = row.severity?.name }
        return rows
    }

    var levels: [String: String] {
        var rows: [String: String] = [:]
        for row in alerts { rows[Self.key(row)] = row.currentStock < 0 ? "OVERSOLD" : row.severity?.name }
        return rows
    }
}
