import Inventory
import Pipeline
import Wire

extension CommitChecker {
    /// Checks the final topics against the whole input and the last reference rows.
    mutating func checkEnd(_ cluster: SimCluster, _ catalog: Catalog, _ views: [Simulation.View]) {
        checkPositions(cluster)
        for pair in stock.pairs { compare(pair, catalog) }
        checkReplay(cluster)
        checkStock(views, catalog)
        checkRollup(views, catalog)
        if settings.outputs.stockLevels { checkStockTable(cluster, catalog) }
        if settings.outputs.rollup { checkRollupTable(cluster, catalog) }
        if stock.duplicates > 0 { reached(.duplicate) }
        if stock.forgotten > 0 { reached(.idForgotten) }
        reached(.rowStale, times: stock.rows.stale)
        reached(.rowUpdated, times: stock.rows.updated)
        reached(.rowDeleted, times: stock.rows.deleted)
    }

    /// Checks that each reference record that is no row was sent once, by whichever worker.
    mutating func checkReferenceLetters(_ refused: Set<[Int64]>) {
        reached(.referenceLetter, times: referenceLetters.count)
        let sent = referenceLetters.sorted { $0.lexicographicallyPrecedes($1) }
        let expected = refused.sorted { $0.lexicographicallyPrecedes($1) }
        if sent != expected { report("dead letters of reference rows \(sent), refused were \(expected)") }
    }

    private mutating func checkPositions(_ cluster: SimCluster) {
        for (partition, offset) in positions where cluster.groupOffsets[partition] != offset {
            report("the group's offset of \(partition) is not \(offset)")
        }
        var stored: [Int32: Int64] = [:]
        for partition in cluster.topics[.state]! {
            var standing: [Int32: Int64] = [:]
            for record in partition.committedRecords {
                guard record.value != nil else {
                    if case .position(let input) = record.key?.withUnsafeBytes({ StateRecord.Key($0) }) {
                        standing[input.rawValue] = nil
                    }
                    continue
                }
                guard let state = Self.read(record) else {
                    report("a state record cannot be read")
                    continue
                }
                if case .position(let input, let offset) = state {
                    standing[input.rawValue] = offset.rawValue
                }
            }
            for (input, offset) in standing where stored.updateValue(offset, forKey: input) != nil {
                report("two positions of \(input) stand")
            }
        }
        for (partition, offset) in cluster.groupOffsets where stored[partition] != offset {
            report("the state topic has \(stored), the group \(partition): \(offset)")
        }
    }

    static func read(_ record: SimRecord) -> StateRecord? {
        record.key?.withUnsafeBytes { key in
            record.value?.withUnsafeBytes { value in try? StateRecord(key: key, value: value) }
        } ?? nil
    }

    /// Checks that a `read_committed` consumer of the alert topic has the same table, in the topic's order.
    private mutating func checkReplay(_ cluster: SimCluster) {
        var table: [Pair: (level: String?, incident: Int)] = [:]
        for partition in cluster.topics[.alerts]! {
            for record in partition.committedRecords {
                guard let key = FlatJSON(record.key), let pair = names.pair(key) else { continue }
                let message = FlatJSON(record.value)
                let incident = Int(message?["incident"] ?? "") ?? 0
                if incident < table[pair]?.incident ?? 0 { report("\(Self.name(pair)): incidents go back") }
                let level = ExpectedStock.level(
                    message?["alert_severity"], oversold: message?["oversold_units"])
                table[pair] = (level, incident)
            }
        }
        for pair in Set(table.keys).union(published.keys)
        where table[pair]?.level != published[pair]?.level {
            report("\(Self.name(pair)): the topic says \(String(describing: table[pair]))")
        }
    }

    private mutating func checkStock(_ views: [Simulation.View], _ catalog: Catalog) {
        var rows: [Pair: StockRow] = [:]
        for row in views.flatMap(\.stock) {
            let pair = Pair(product: row.product.id, warehouse: row.warehouse.id)
            if rows.updateValue(row, forKey: pair) != nil { report("\(Self.name(pair)) has two rows") }
        }
        for pair in Set(rows.keys).union(stock.pairs) {
            let expected = stock.row(pair, catalog)
            let found = rows[pair]
            guard found?.currentStock == expected?.stock, found?.product.name.string == expected?.name,
                found?.lastUpdated.microseconds == expected.map({ $0.second * 1_000_000 })
            else {
                report(
                    "\(Self.name(pair)): the view has \(String(describing: found)), expected "
                        + String(describing: expected))
                continue
            }
        }
        let ends = Dictionary(
            views.flatMap(\.positions).map { ($0.partition.rawValue, $0.offset.rawValue) }
        ) { $1 }
        for (partition, offset) in positions where ends[partition] != offset {
            report("the view of partition \(partition) is as of \(String(describing: ends[partition]))")
        }
    }

    private func totals(_ catalog: Catalog) -> [ProductID: [Int64]] {
        var totals: [ProductID: [Int64]] = [:]
        for pair in stock.entries.keys {
            if let row = stock.row(pair, catalog) { totals[pair.product, default: []].append(row.stock) }
        }
        return totals
    }

    private static func status(_ total: Int64, _ threshold: Int64?) -> String {
        if total == 0 { return "OUT_OF_STOCK" }
        guard let threshold else { return "HEALTHY" }
        return total < threshold ? "REORDER_NOW" : total < 2 * threshold ? "REORDER_SOON" : "HEALTHY"
    }

    private mutating func checkRollup(_ views: [Simulation.View], _ catalog: Catalog) {
        let totals = totals(catalog)
        let rows = views.flatMap(\.rollup)
        if rows.count != totals.count { report("the rollup has \(rows.count) rows, not \(totals.count)") }
        for row in rows {
            let stocks = totals[row.product.id] ?? []
            let total = stocks.reduce(0, +)
            let threshold = catalog.products[row.product.id]?.reorderThreshold.map { Int64($0) }
            if row.warehouseCount != stocks.count || row.totalStock != Int128(total)
                || row.minWarehouseStock != stocks.min() || row.maxWarehouseStock != stocks.max()
                || row.status.name != Self.status(total, threshold)
            {
                report("the rollup's row \(row) is not of \(stocks)")
            }
        }
    }

    /// The rows that an upsert topic leaves, by key text.
    private func table(_ cluster: SimCluster, _ topic: Topic) -> [String: FlatJSON] {
        var table: [String: FlatJSON] = [:]
        for partition in cluster.topics[topic]! {
            for record in partition.committedRecords {
                table[String(decoding: record.key ?? [], as: UTF8.self)] = FlatJSON(record.value)
            }
        }
        return table
    }

    private mutating func checkStockTable(_ cluster: SimCluster, _ catalog: Catalog) {
        let found = table(cluster, .stockLevels)
        var count = 0
        for pair in stock.entries.keys {
            guard let row = stock.row(pair, catalog) else { continue }
            count += 1
            let key = names.key(pair)
            let columns = found[key]
            if columns?["current_stock"] != String(row.stock) || columns?["product_name"] != row.name
                || columns?["last_updated"] != ExpectedStock.instant(row.second)
                || columns?["reorder_threshold"] != row.threshold.map({ String($0) })
            {
                report("the stock topic's \(key) is \(String(describing: columns?.fields)), not \(row)")
            }
        }
        if found.count != count {
            report("the stock topic has \(found.count) rows, not \(count)")
        }
    }

    private mutating func checkRollupTable(_ cluster: SimCluster, _ catalog: Catalog) {
        let found = table(cluster, .rollup)
        let totals = totals(catalog)
        if found.count != totals.count {
            report("the rollup topic has \(found.count) rows, not \(totals.count)")
        }
        for (product, stocks) in totals {
            let key = "{\"product_id\":\(names.product(product.rawValue))}"
            let columns = found[key]
            if columns?["total_stock"] != String(stocks.reduce(0, +))
                || columns?["warehouse_count"] != String(stocks.count)
            {
                report("the rollup topic's row of \(product.rawValue) is not of \(stocks)")
            }
        }
    }
}
