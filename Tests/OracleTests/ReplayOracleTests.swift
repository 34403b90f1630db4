import GRDB
import Inventory
import OracleSupport
import TestSupport
import Testing

@testable import Pipeline
@testable import Wire

/// What `stockd replay` does with the lines of its files, compared with SQL.
@Suite struct ReplayOracleTests {
    @Test("a replay of plain events gives the views that SQL computes", arguments: 1...20)
    func plainEvents(seed: Int) throws {
        var history = RandomHistory(seed: UInt64(seed))
        let catalog = history.changeReference()
        var settings = PipelineSettings()
        settings.ids = history.ids
        let (names, ids) = (history.names, history.ids)
        let events = (0..<200).map { _ in
            var event = history.event()
            event.partition = 0
            return event
        }
        let replay = EventReplay(settings, catalog: catalog)
        for event in events { #expect(try replay.take(event.json) == nil) }
        try DatabaseQueue().write { db in
            let oracle = try SQLOracle(db, names)
            try oracle.replaceReferences(catalog, ids)
            var known = 0
            for event in events {
                try oracle.insert(event)
                known += db.changesCount
            }
            #expect(replay.counts.applied == known && replay.counts.duplicates == events.count - known)
            let unknown = Dictionary(grouping: events.map(\.type)) { $0 }.mapValues(\.count)
                .filter { ["COUNTED", "received"].contains($0.key) }
            #expect(replay.unknownTypes == unknown)
            try replay.compare(with: oracle, ids)
        }
    }

    @Test(
        "a replay of a table's changes gives the views of the table, with deletes that only its old row names",
        arguments: 1...20)
    func changes(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let connector = ModelConnector(&random, form: random.pick([.envelope, .withSchema, .unwrapped]))
        let names = OracleIDs(seed: UInt64(seed))
        let ids = names.ids
        var database = ModelDatabase(names)
        var lines: [ModelDatabase.Table: [String]] = [:]
        for _ in 0..<300 {
            for message in database.change(&random).flatMap({ connector.messages($0, &random) }) {
                guard let value = message.value else { continue }
                lines[message.table, default: []].append(value)
                // A connector that restarts sends older changes again.
                guard random.chance(10), let sent = lines[message.table] else { continue }
                lines[message.table]? += sent.suffix(random.below(8))
            }
        }
        let references = ReferenceMessages(format: connector.format, ids: ids)
        let catalog = Catalog(
            products: RowTable(try references.products(Self.file(lines[.products]))),
            warehouses: RowTable(try references.warehouses(Self.file(lines[.warehouses]))),
            thresholds: RowTable(try references.thresholds(Self.file(lines[.thresholds]))))
        var settings = PipelineSettings()
        settings.inputFormat = connector.format
        settings.ids = ids
        let replay = EventReplay(settings, catalog: catalog)
        for line in lines[.events] ?? [] { #expect(try replay.take(line) == nil) }
        #expect(replay.counts.updated > 0 && replay.counts.deleted > 0)
        let tables = database.rows
        try DatabaseQueue().write { db in
            let oracle = try SQLOracle(db, names)
            try oracle.fill(tables)
            try replay.compare(with: oracle, ids)
        }
    }

    private static func file(_ lines: [String]?) -> [UInt8] { Array((lines ?? []).joined(separator: "\n").utf8) }
}

extension EventReplay {
    /// Applies a line and commits it.
    fileprivate func take(_ line: String) throws -> BadEvent? {
        defer { commit { _ in } }
        return try Array(line.utf8).withUnsafeBytes { try apply(value: $0) }
    }

    fileprivate func compare(with oracle: SQLOracle, _ ids: IDs) throws {
        var (stock, rollup) = ([String](), [String]())
        forEachStockRow { stock.append($0.line(ids)) }
        forEachRollupRow { rollup.append($0.line(ids)) }
        let (stockInSQL, rollupInSQL) = (
            try oracle.rows(of: "current_stock_levels", SQLOracle.stockColumns),
            try oracle.rows(of: "multi_warehouse_inventory", SQLOracle.rollupColumns)
        )
        #expect(stock.sorted() == stockInSQL)
        #expect(rollup.sorted() == rollupInSQL)
    }
}
