public import Inventory

extension ViewRows {
    /// The columns of `low_stock_alerts`, those of an alert's incident after them.
    public static let standingColumns = View.lowStockAlerts.columns + ["since", "incident"]

    /// A row of the stock table with its alert and the alert's incident; what concerns the alert is null when
    /// the row does not alert.
    public static func standing(
        _ row: StockRow, since: Timestamp, incident: UInt32, as format: RowFormat, _ ids: IDs = .integers,
        into out: inout ByteWriter
    ) {
        var columns = Row(format)
        columns.stockColumns(row, ids, &out)
        columns.alertColumns(row, severity: row.severity, &out)
        columns.number("oversold_units", row.oversoldUnits, &out)
        if row.severity != nil {
            columns.instant("since", since, &out)
            columns.number("incident", Int64(incident), &out)
        } else {
            columns.null("since", &out)
            columns.null("incident", &out)
        }
        columns.end(&out)
    }
}
