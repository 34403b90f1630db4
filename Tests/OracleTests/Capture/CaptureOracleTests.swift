import GRDB
import Inventory
import OracleSupport
import TestSupport
import Testing

@testable import Pipeline
@testable import Wire

/// Tables of a database change and a connector reports it: stockd's views are compared with those that SQL computes
/// from the tables.
@Suite struct CaptureOracleTests {
    static let parts = 6
    static let historiesPerPart = 25

    @Test("views equal those of SQL on the tables, however the connector reports them", arguments: 0..<parts)
    func anyConnector(part: Int) throws {
        for number in 0..<Self.historiesPerPart {
            let seed = UInt64(part * Self.historiesPerPart + number + 1)
            var course = CaptureCourse(seed: seed)
            if let trouble = try course.run() {
                Issue.record("seed \(seed), \(course.connector): \(trouble)")
                return
            }
        }
    }
}

/// One history of a database, reported by a connector that restarts.
struct CaptureCourse: ~Copyable {
    private var random: SeededRandom
    private let names: OracleIDs
    private let ids: IDs
    private var database: ModelDatabase
    let connector: ModelConnector
    private let decoder: InputDecoder
    private let references: ReferenceDecoder
    private var tables: FollowedTables
    private var aggregate = Aggregate(inputs: 1, dedupeWindow: 0, catalog: Catalog())
    /// What the connector has sent, to be sent again after a restart; for a row that an incremental snapshot read,
    /// which row: it is read again then, and may have changed.
    private var sent: [(message: ModelConnector.Message, row: (table: ModelDatabase.Table, id: Int64)?)] = []
    private var offset: Int64 = 0

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        names = OracleIDs(seed: seed)
        ids = names.ids
        database = ModelDatabase(names)
        connector = ModelConnector(&random)
        decoder = InputDecoder(ids: ids, format: connector.format)
        tables = FollowedTables(ids)
        references = ReferenceDecoder(format: connector.format, ids: ids)
    }

    /// Runs the history. Returns what went wrong, or nil.
    mutating func run() throws -> String? {
        for _ in 0..<random.below(30) { _ = database.change(&random) }
        // A transaction that is open during PostgreSQL's snapshot has an older position and is sent after it.
        try snapshot(ahead: connector.isMySQL ? 0 : random.below(30))
        for step in 0..<25 {
            for _ in 0..<random.below(8) {
                for change in database.change(&random) { try send(connector.messages(change, &random)) }
                if random.chance(6) { try readAgain() }
            }
            if random.chance(3) { try restart() }
            if let trouble = try compare() { return "step \(step): \(trouble)" }
        }
        return nil
    }

    private mutating func snapshot(ahead: Int) throws {
        for table in ModelDatabase.Table.allCases {
            for (_, row) in (database.rows[table] ?? [:]).sorted(by: { $0.key < $1.key }) {
                try send([
                    connector.read(
                        table, row, position: database.position + ahead, milliseconds: database.milliseconds,
                        isIncremental: false)
                ])
            }
        }
    }

    /// An incremental snapshot reads a row that changes meanwhile.
    private mutating func readAgain() throws {
        let table = random.pick(ModelDatabase.Table.allCases)
        guard let id = database.rows[table]?.keys.min(), let message = read(table, id) else { return }
        sent.append((message, (table, id)))
        try take(message)
        if random.chance(15) { try take(message) }
    }

    private func read(_ table: ModelDatabase.Table, _ id: Int64) -> ModelConnector.Message? {
        guard let row = database.rows[table]?[id] else { return nil }
        return connector.read(
            table, row, position: database.position, milliseconds: database.milliseconds, isIncremental: true)
    }

    /// The connector goes back to an older position and sends everything from there again.
    private mutating func restart() throws {
        let from = sent.count - min(sent.count, random.below(20))
        for (message, row) in sent[from...] {
            if let message = row == nil ? message : row.flatMap({ read($0.table, $0.id) }) { try take(message) }
        }
    }

    private mutating func send(_ messages: [ModelConnector.Message]) throws {
        for message in messages {
            sent.append((message, nil))
            try take(message)
            if random.chance(15) { try take(message) }
        }
    }

    private mutating func take(_ message: ModelConnector.Message) throws {
        let key = Array(message.key.utf8)
        try key.withUnsafeBytes { key in
            guard let value = message.value else { return try take(message.table, key, nil) }
            try Array(value.utf8).withUnsafeBytes { try take(message.table, key, $0) }
        }
    }

    private mutating func take(
        _ table: ModelDatabase.Table, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?
    ) throws {
        switch table {
        case .events:
            guard case .change(let change) = try decoder.decode(key: key, value: value) else { return }
            offset += 1
            let source = Source(partition: Partition(0), offset: Offset(offset))
            if random.chance(6) {
                _ = aggregate.apply(change, source: source)
                aggregate.rollback()
            }
            _ = aggregate.apply(change, source: source)
            aggregate.commit()
        case .products: try takeRow(of: .products, key, value)
        case .warehouses: try takeRow(of: .warehouses, key, value)
        case .thresholds: try takeRow(of: .thresholds, key, value)
        }
    }

    private mutating func takeRow(
        of kind: ReferenceKind, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?
    ) throws {
        do throws(BadEvent) {
            _ = try tables.apply(key: key, value: value, of: kind, references) { _ in }
        } catch { try pass(error) }
    }

    /// Without versions, a repeated update may come after its row's delete and refer to a column that is gone. It is
    /// rejected, and the changes that made the row are sent again after it.
    private func pass(_ error: BadEvent) throws {
        guard error.reason == .unavailableValue, connector.form == .unwrappedBare else { throw error }
    }

    private mutating func compare() throws -> String? {
        aggregate.adopt(
            Catalog(
                products: tables.products.rows, warehouses: tables.warehouses.rows,
                thresholds: tables.thresholds.rows))
        aggregate.commit()
        var stock: [String] = []
        aggregate.forEachStockRow { stock.append($0.line(ids)) }
        var rollup: [String] = []
        aggregate.forEachRollupRow { rollup.append($0.line(ids)) }
        let (tables, names) = (database.rows, names)
        return try DatabaseQueue().write { db in
            let oracle = try SQLOracle(db, names)
            try oracle.fill(tables)
            return try difference("current_stock_levels", SQLOracle.stockColumns, stock, oracle)
                ?? difference("multi_warehouse_inventory", SQLOracle.rollupColumns, rollup, oracle)
        }
    }
}

private func difference(
    _ view: String, _ columns: [String], _ rows: [String], _ oracle: SQLOracle
) throws -> String? {
    let expected = try oracle.rows(of: view, columns)
    let found = rows.sorted()
    guard found != expected else { return nil }
    return "\(view): missing \(expected.filter { !found.contains($0) }), "
        + "not in SQL \(found.filter { !expected.contains($0) })"
}

extension ModelConnector {
    var format: SourceFormat { SourceFormat(form == .unwrappedBare ? .debezium : .auto) }
}
