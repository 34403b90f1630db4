public import Inventory

/// Writes the keys and values of the output topics.
public enum AlertEncoder {
    /// `{"product_id":3,"warehouse_id":1}`
    public static func key(_ pair: Pair, into out: inout ByteWriter) {
        out.append("{\"product_id\":")
        out.append(pair.product.rawValue)
        out.append(",\"warehouse_id\":")
        out.append(pair.warehouse.rawValue)
        out.append(byte: 0x7D)
    }

    /// `{"product_id":3}`, the key of the rollup's messages.
    public static func key(_ product: ProductID, into out: inout ByteWriter) {
        out.append("{\"product_id\":")
        out.append(product.rawValue)
        out.append(byte: 0x7D)
    }

    /// A message of the `changes` format: what happened, the current row, and the incident.
    ///
    /// When the row is gone with its product or warehouse, only its key is left and the other columns are null.
    /// `units_below_threshold` is null when the row is not below its threshold. `previous_severity` and
    /// `previous_oversold_units` are what was last published; both are null when there was no alert.
    public static func change(_ change: AlertChange, into out: inout ByteWriter) {
        var row = Row(.json)
        row.word("change", change.kind.word, &out)
        if let stock = change.row {
            row.stockColumns(stock, &out)
            row.alertColumns(stock, severity: change.severity, &out)
        } else {
            row.goneColumns(change.pair, &out)
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
    public static func upsert(_ row: StockRow, into out: inout ByteWriter) {
        ViewRows.alert(row, as: .json, into: &out)
    }

    /// A row of `current_stock_levels`, for the stock table's topic.
    public static func stock(_ row: StockRow, into out: inout ByteWriter) {
        ViewRows.stock(row, as: .json, into: &out)
    }

    /// A row of `multi_warehouse_inventory`, for the rollup's topic.
    public static func rollup(_ row: RollupRow, into out: inout ByteWriter) {
        ViewRows.rollup(row, as: .json, into: &out)
    }
}

extension Row {
    /// The view's columns of a row that is gone.
    fileprivate mutating func goneColumns(_ pair: Pair, _ out: inout ByteWriter) {
        number("product_id", pair.product.rawValue, &out)
        null("product_name", &out)
        null("category", &out)
        number("warehouse_id", pair.warehouse.rawValue, &out)
        null("warehouse_name", &out)
        null("current_stock", &out)
        null("reorder_threshold", &out)
        null("last_updated", &out)
        null("units_below_threshold", &out)
        null("alert_severity", &out)
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
