import GRDB
import Inventory
import OracleSupport
import TestSupport
import Testing
import Wire

@Suite struct OracleTests {
    static let parts = 8
    static let historiesPerPart = 30

    @Test("views and published tables equal those of SQL after every commit", arguments: 0..<parts)
    func everyCommit(part: Int) throws {
        var kinds: Set<ChangeKind> = []
        for number in 0..<Self.historiesPerPart {
            let seed = UInt64(part * Self.historiesPerPart + number + 1)
            let trouble = try DatabaseQueue().writeWithoutTransaction { db in
                defer { if db.isInsideTransaction { try? db.rollback() } }
                var course = try Course(seed: seed, db)
                defer { kinds.formUnion(course.consumer.kinds) }
                return try course.run()
            }
            if let trouble {
                Issue.record("seed \(seed): \(trouble)")
                return
            }
        }
        #expect(kinds == Set(ChangeKind.allCases), "the histories must bring about every kind of change")
    }
}

/// One history, fed to an aggregate and to the SQL oracle.
struct Course: ~Copyable {
    private var history: RandomHistory
    private var aggregate: Aggregate
    private(set) var consumer: AlertConsumer
    private let outputs: Aggregate.Outputs
    private let oracle: SQLOracle
    private let decoder: EventDecoder
    private var ids: IDs { history.ids }

    init(seed: UInt64, _ db: Database) throws {
        history = RandomHistory(seed: seed)
        outputs = Aggregate.Outputs(
            emit: seed % 3 != 0 ? .row : .severity, stockLevels: seed % 4 == 0, rollup: seed % 5 < 2)
        decoder = EventDecoder(ids: history.ids)
        oracle = try SQLOracle(db, history.names)
        consumer = AlertConsumer(oracle: oracle, everyColumn: outputs.emit == .row, history.ids)
        aggregate = Aggregate(inputs: 2, dedupeWindow: 100_000, catalog: Catalog(), outputs: outputs)
    }

    /// Runs the history. Returns what went wrong, or nil.
    mutating func run() throws -> String? {
        for step in 0..<14 {
            if history.random.chance(2) || step == 5 {
                let catalog = history.changeReference()
                try oracle.replaceReferences(catalog, ids)
                aggregate.adopt(catalog)
            }
            let isKept = !history.random.chance(4)
            if let trouble = try transaction(isKept: isKept) ?? compareViews() {
                return "step \(step), \(isKept ? "committed" : "rolled back"): \(trouble)"
            }
            if isKept, let trouble = try comparePublished() { return "step \(step): \(trouble)" }
        }
        return nil
    }

    private mutating func transaction(isKept: Bool) throws -> String? {
        try oracle.db.beginTransaction()
        for _ in 0..<history.random.below(9) {
            let event = history.event()
            try oracle.insert(event)
            let isNew = oracle.db.changesCount == 1
            let source = Source(
                partition: Partition(Int32(event.partition)), offset: Offset(event.offset))
            let bytes = Array(event.json.utf8)
            let decoded = try bytes.withUnsafeBytes { try decoder.decode($0) }
            let outcome = aggregate.apply(decoded, input: event.partition, source: source)
            if outcome != (isNew ? .applied : .duplicate) {
                return "\(event.json) was \(outcome), and \(isNew ? "new" : "a duplicate") to SQL"
            }
        }
        // A view must be right inside the transaction as well, and consolidating early must do no harm.
        if history.random.chance(4), let trouble = try compareViews() { return trouble }
        var changes: [OutputChange] = []
        if isKept || history.random.chance(2) { aggregate.consolidate { changes.append($0) } }
        guard isKept else {
            try oracle.db.rollback()
            aggregate.rollback()
            return nil
        }
        try oracle.db.commit()
        aggregate.commit()
        return try consumer.take(changes)
    }

    private func compareViews() throws -> String? {
        var (stock, alerts, rollup) = ([String](), [String](), [String]())
        aggregate.forEachStockRow { row in
            stock.append(row.line(ids))
            if row.severity != nil { alerts.append(row.alertLine(ids)) }
        }
        aggregate.forEachRollupRow { rollup.append($0.line(ids)) }
        return try difference("current_stock_levels", SQLOracle.stockColumns, stock)
            ?? difference("low_stock_alerts", SQLOracle.alertColumns + [SQLOracle.level], alerts)
            ?? difference("multi_warehouse_inventory", SQLOracle.rollupColumns, rollup)
    }

    private func comparePublished() throws -> String? {
        let alertColumns =
            (outputs.emit == .row
                ? SQLOracle.alertColumns : ["product_id", "warehouse_id", "alert_severity"])
            + [SQLOracle.level]
        let alerts = try oracle.rows(published: "inventory_alerts", alertColumns)
        if let trouble = try difference("low_stock_alerts", alertColumns, alerts) { return trouble }
        if outputs.stockLevels {
            let rows = try oracle.rows(published: "stock_topic", SQLOracle.stockColumns)
            let trouble = try difference("current_stock_levels", SQLOracle.stockColumns, rows)
            if let trouble { return trouble }
        }
        guard outputs.rollup else { return nil }
        let rows = try oracle.rows(published: "rollup_topic", SQLOracle.rollupColumns)
        return try difference("multi_warehouse_inventory", SQLOracle.rollupColumns, rows)
    }

    private func difference(_ view: String, _ columns: [String], _ rows: [String]) throws -> String? {
        let expected = try oracle.rows(of: view, columns)
        let found = rows.sorted()
        guard found != expected else { return nil }
        let missing = expected.filter { !found.contains($0) }
        let extra = found.filter { !expected.contains($0) }
        return "\(view): missing \(missing), not in SQL \(extra)"
    }
}

extension StockRow {
    func line(_ ids: IDs) -> String {
        let threshold = reorderThreshold.map(String.init) ?? "NULL"
        return [
            ids.string(product.id), product.name.string, product.category.string, ids.string(warehouse.id),
            warehouse.name.string, "\(currentStock)", threshold, RFC3339.string(lastUpdated),
        ].joined(separator: "|").exact
    }

    func alertLine(_ ids: IDs) -> String {
        line(ids) + "|\(unitsBelowThreshold.map { "\($0)" } ?? "NULL")|\(severity?.name ?? "NULL")"
            + "|\(oversoldUnits)|\(level?.name ?? "NULL")"
    }
}

extension RollupRow {
    func line(_ ids: IDs) -> String {
        [
            ids.string(product.id), product.name.string, product.category.string, "\(warehouseCount)",
            "\(totalStock)",
            "\(minWarehouseStock)", "\(maxWarehouseStock)",
            product.reorderThreshold.map(String.init) ?? "NULL", status.name,
        ].joined(separator: "|").exact
    }
}
