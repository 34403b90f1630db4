public import Inventory

/// Writes rows of the views, without line ends: to messages, and to a person's terminal or spreadsheet.
public enum ViewRows {
    /// The CSV line that names the columns.
    public static func header(_ view: View, into out: inout ByteWriter) {
        out.append(utf8: view.columns.joined(separator: ","))
    }

    /// A row of `current_stock_levels`.
    public static func stock(
        _ row: StockRow, as format: RowFormat, _ ids: IDs = .integers, into out: inout ByteWriter
    ) {
        var columns = Row(format)
        columns.stockColumns(row, ids, &out)
        columns.end(&out)
    }

    /// A row of `low_stock_alerts` and its `oversold_units`.
    public static func alert(
        _ row: StockRow, as format: RowFormat, _ ids: IDs = .integers, into out: inout ByteWriter
    ) {
        var columns = Row(format)
        columns.stockColumns(row, ids, &out)
        columns.alertColumns(row, severity: row.severity, &out)
        columns.number("oversold_units", row.oversoldUnits, &out)
        columns.end(&out)
    }

    /// A row of `multi_warehouse_inventory`.
    public static func rollup(
        _ row: RollupRow, as format: RowFormat, _ ids: IDs = .integers, into out: inout ByteWriter
    ) {
        var columns = Row(format)
        columns.rollupColumns(row, ids, &out)
        columns.end(&out)
    }
}
