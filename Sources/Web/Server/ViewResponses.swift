import HTTPTypes
import Inventory
import Wire

/// Writes rows of a view the way they were asked for.
struct ViewResponse {
    let query: RowQuery
    let media: Media
    /// The request's path and query without the cursor, for the link to the next page.
    let target: String

    func content(_ model: ReadModel) -> ResponseContent {
        var writer = JSONWriter(capacity: 1 << 16)
        let next: String?
        if query.view == .multiWarehouseInventory {
            let page = model.rollupPage(query)
            next = page.next?.written(for: query.identity)
            write(page.rows, model.freshness, next, &writer) { row, format, out in
                ViewRows.rollup(row, as: format, model.ids, into: &out)
            }
        } else {
            let page = model.stockPage(query)
            next = page.next?.written(for: query.identity)
            let isAlerts = query.view == .lowStockAlerts
            write(page.rows, model.freshness, next, &writer) { row, format, out in
                if isAlerts {
                    ViewRows.standing(
                        row.row, since: row.since, incident: row.incident, as: format, model.ids, into: &out)
                } else {
                    ViewRows.stock(row.row, as: format, model.ids, into: &out)
                }
            }
        }
        var content = ResponseContent(media.contentType, writer.out.bytes)
        content.reflect(model.freshness)
        if let next {
            let link = target + (target.contains("?") ? "&" : "?") + "cursor=\(next)"
            content.headers.append((.link, "<\(link)>; rel=\"next\""))
        }
        return content
    }

    private func write<Element>(
        _ rows: [Element], _ freshness: Freshness, _ next: String?, _ json: inout JSONWriter,
        _ row: (Element, RowFormat, inout ByteWriter) -> Void
    ) {
        switch media {
        case .json:
            json.object { json in
                json.freshness(freshness)
                json.offsets(freshness)
                json.field("count", rows.count)
                json.field("next", next)
                json.array("rows", rows) { json, element in json.value { row(element, .json, &$0) } }
            }
        case .csv:
            json.out.append(utf8: columns.joined(separator: ","))
            json.out.append(byte: 0x0A)
            for element in rows {
                row(element, .csv, &json.out)
                json.out.append(byte: 0x0A)
            }
        case .ndjson:
            for element in rows {
                row(element, .json, &json.out)
                json.out.append(byte: 0x0A)
            }
        }
    }

    private var columns: [String] {
        query.view == .lowStockAlerts ? ViewRows.standingColumns : query.view.columns
    }
}

/// Everything about one product.
struct ProductResponse {
    let id: ProductID

    func content(_ model: ReadModel) throws(Problem) -> ResponseContent {
        let entry = model[id]
        guard let product = entry?.product ?? model.catalog.product(id) else {
            throw .notFound("there is no product \(model.ids.string(id))")
        }
        return ResponseContent(reflecting: model.freshness) { json in
            json.freshness(model.freshness)
            json.offsets(model.freshness)
            json.object("product") { json in
                json.name("product_id")
                json.id(id, model.ids)
                json.field("product_name", product.name)
                json.field("category", product.category)
                json.field("reorder_threshold", product.reorderThreshold)
                json.field("unit_price", product.unitPrice.map { "\($0)" })
            }
            json.name("rollup")
            json.value { out in
                if let entry {
                    ViewRows.rollup(entry.rollup, as: .json, model.ids, into: &out)
                } else {
                    out.append("null")
                }
            }
            json.array("warehouses", entry?.rows ?? []) { json, row in
                guard let stock = row.row(model.catalog) else { return }
                json.value {
                    ViewRows.standing(
                        stock, since: row.since, incident: row.incident, as: .json, model.ids, into: &$0)
                }
            }
            let places = (entry?.rows ?? []).map {
                Transfer.Place(
                    warehouse: $0.pair.warehouse, stock: $0.stock,
                    threshold: model.catalog.threshold(of: $0.pair, product))
            }
            let transfers = Transfer.suggestions(places)
            json.array("transfers", transfers) { json, transfer in
                json.object { json in
                    json.name("from_warehouse_id")
                    json.id(transfer.from, model.ids)
                    json.field("from_warehouse_name", model.warehouses[transfer.from]?.name ?? "")
                    json.name("to_warehouse_id")
                    json.id(transfer.to, model.ids)
                    json.field("to_warehouse_name", model.warehouses[transfer.to]?.name ?? "")
                    json.field("units", transfer.units)
                }
            }
        }
    }
}
