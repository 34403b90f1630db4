public import Inventory

/// Writes the keys and values of the output topics.
public enum AlertEncoder {
    /// `{"product_id":3,"warehouse_id":1}`
    public static func key(_ pair: Pair, _ ids: IDs = .integers, into out: inout ByteWriter) {
        out.append("{\"product_id\":")
        id(pair.product.rawValue, ids.text(pair.product), &out)
        out.append(",\"warehouse_id\":")
        id(pair.warehouse.rawValue, ids.text(pair.warehouse), &out)
        out.append(byte: 0x7D)
    }

    /// `{"product_id":3}`, the key of the rollup's messages.
    public static func key(_ product: ProductID, _ ids: IDs = .integers, into out: inout ByteWriter) {
        out.append("{\"product_id\":")
        id(product.rawValue, ids.text(product), &out)
        out.append(byte: 0x7D)
    }

    @inline(__always)
    private static func id(_ number: Int32, _ text: UnsafeRawBufferPointer?, _ out: inout ByteWriter) {
        if let text { out.append(jsonString: text) } else { out.append(number) }
    }

    /// A message of the `changes` format: what happened, the current row, and the incident.
    ///
    /// When the row is gone with its product or warehouse, only its key is left and the other columns are null.
    /// `units_below_threshold` is null when the row is not below its threshold. `previous_severity` and
    /// `previous_oversold_units` are what was last published; both are null when there was no alert.
    public static func change(_ change: AlertChange, _ ids: IDs = .integers, into out: inout ByteWriter) {
        var row = Row(.json)
        row.word("change", change.kind.word, &out)
        if let stock = change.row {
            row.stockColumns(stock, ids, &out)
            row.alertColumns(stock, severity: change.severity, &out)
        } else {
            row.id(change.pair.product, ids, &out)
            row.goneProductColumns(&out)
            row.id(change.pair.warehouse, ids, &out)
            row.goneWarehouseColumns(&out)
        }
        row.word("previous_severity", change.previousSeverity?.word, &out)
        row.number("previous_oversold_units", change.previousOversoldUnits, &out)
        if let stock = change.row {
            row.number("oversold_units", stock.oversoldUnits, &out)
        } else {
            row.null("oversold_units", &out)
        }
        row.instant("since", change.since, &out)
        row.number("incident", Int64(change.incident), &out)
        row.source(change.source, &out)
        row.end(&out)
    }

    /// A row of `low_stock_alerts` with `oversold_units`: the value of the `upsert` format. A row that is
    /// gone has no value.
    public static func upsert(_ row: StockRow, _ ids: IDs = .integers, into out: inout ByteWriter) {
        ViewRows.alert(row, as: .json, ids, into: &out)
    }

    /// A row of `current_stock_levels`, for the stock table's topic.
    public static func stock(_ row: StockRow, _ ids: IDs = .integers, into out: inout ByteWriter) {
        ViewRows.stock(row, as: .json, ids, into: &out)
    }

    /// A row of `multi_warehouse_inventory`, for the rollup's topic.
    public static func rollup(_ row: RollupRow, _ ids: IDs = .integers, into out: inout ByteWriter) {
        ViewRows.rollup(row, as: .json, ids, into: &out)
    }

    // MARK: Ids of the other kind

    /// The key of a row that was published while its ids were of another kind.
    static func key(_ row: FormerRow, into out: inout ByteWriter) {
        var columns = Row(.json)
        columns.id("product_id", row.product, &out)
        if let warehouse = row.warehouse { columns.id("warehouse_id", warehouse, &out) }
        columns.end(&out)
    }

    /// The end of an alert that was published while its ids were of another kind.
    static func resolved(_ row: FormerRow, _ alert: PublishedAlert, into out: inout ByteWriter) {
        var columns = Row(.json)
        columns.word("change", ChangeKind.resolved.word, &out)
        columns.id("product_id", row.product, &out)
        columns.goneProductColumns(&out)
        if let warehouse = row.warehouse { columns.id("warehouse_id", warehouse, &out) }
        columns.goneWarehouseColumns(&out)
        columns.word("previous_severity", alert.level?.severity.word, &out)
        columns.number("previous_oversold_units", alert.oversoldUnits, &out)
        columns.null("oversold_units", &out)
        columns.instant("since", alert.since, &out)
        columns.number("incident", Int64(alert.incident), &out)
        columns.source(nil, &out)
        columns.end(&out)
    }
}

extension Row {
    // The view's columns of a row that is gone.

    fileprivate mutating func goneProductColumns(_ out: inout ByteWriter) {
        null("product_name", &out)
        null("category", &out)
    }

    fileprivate mutating func goneWarehouseColumns(_ out: inout ByteWriter) {
        null("warehouse_name", &out)
        null("current_stock", &out)
        null("reorder_threshold", &out)
        null("last_updated", &out)
        null("units_below_threshold", &out)
        null("alert_severity", &out)
    }

    mutating func id(_ column: StaticString, _ id: StoredID, _ out: inout ByteWriter) {
        switch id {
        case .integer(let number): self.number(column, number, &out)
        case .text(let bytes): bytes.withUnsafeBytes { text(column, $0, &out) }
        }
    }

    fileprivate mutating func source(_ source: Source?, _ out: inout ByteWriter) {
        guard let source else { return null("source", &out) }
        begin("source", &out)
        out.append("{\"partition\":")
        out.append(source.partition.rawValue)
        out.append(",\"offset\":")
        out.append(source.offset.rawValue)
        out.append(byte: 0x7D)
    }
}
