import HTTPTypes
import Inventory
import Wire

/// Writes rows of a view the way they were asked for.
struct ViewAnswer {
    let query: RowQuery
    let media: Media
    /// The request's path and query without the cursor, for the link to the next page.
    let target: String

    func answer(_ model: ReadModel) -> Answer {
        var writer = JSONWriter(capacity: 1 << 16)
        let next: String?
        if query.view == .multiWarehouseInventory {
            let page = model.rollupPage(query)
            next = page.next?.written(for: query.identity)
            write(page.rows, model.freshness, next, &writer) { row, format, out in
                ViewRows.rollup(row, as: format, into: &out)
            }
        } else {
            let page = model.stockPage(query)
            next = page.next?.written(for: query.identity)
            let isAlerts = query.view == .lowStockAlerts
            write(page.rows, model.freshness, next, &writer) { row, format, out in
                if isAlerts {
                    ViewRows.standing(
                        row.row, since: row.since, incident: row.incident, as: format, into: &out)
                } else {
                    ViewRows.stock(row.row, as: format, into: &out)
                }
            }
        }
        var answer = Answer(media.contentType, writer.bytes)
        answer.reflect(model.freshness)
        if let next {
            let link = target + (target.contains("?") ? "&" : "?") + "cursor=\(next)"
            answer.headers.append((.link, "<\(link)>; rel=\"next\""))
        }
        return answer
    }

    private func write<Element>(
        _ rows: [Element], _ freshness: Freshness, _ next: String?, _ json: inout JSONWriter,
        _ row: (Element, RowFormat, inout ByteWriter) -> Void
    ) {
        switch media {
        case .json:
            json.open("{")
            json.freshness(freshness)
            json.offsets(freshness)
            json.name("count")
            json.number(Int64(rows.count))
            json.name("next")
            json.text(next)
            json.name("rows")
            json.open("[")
            for element in rows { json.value { row(element, .json, &$0) } }
            json.close("]")
            json.close("}")
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
struct ProductAnswer {
    let id: ProductID

    func answer(_ model: ReadModel) throws(Problem) -> Answer {
        let entry = model.entries[id]
        guard let product = entry?.product ?? model.catalog.products[id] else {
            throw .notFound("there is no product \(id.rawValue)")
        }
        var json = JSONWriter()
        json.open("{")
        json.freshness(model.freshness)
        json.offsets(model.freshness)
        json.name("product")
        Self.write(product, &json)
        json.name("rollup")
        if let entry {
            json.value { ViewRows.rollup(entry.rollup, as: .json, into: &$0) }
        } else {
            json.null()
        }
        json.name("warehouses")
        json.open("[")
        for row in entry?.rows ?? [] {
            guard let stock = row.cell.row(model.catalog) else { continue }
            json.value {
                ViewRows.standing(
                    stock, since: row.cell.since, incident: row.cell.incident, as: .json, into: &$0)
            }
        }
        json.close("]")
        writeTransfers(product, entry, model, &json)
        json.close("}")
        var answer = Answer(Media.json.contentType, json.bytes)
        answer.reflect(model.freshness)
        return answer
    }

    private static func write(_ product: Product, _ json: inout JSONWriter) {
        json.open("{")
        json.name("product_id")
        json.number(Int64(product.id.rawValue))
        json.name("product_name")
        json.text(product.name)
        json.name("category")
        json.text(product.category)
        json.name("reorder_threshold")
        json.number(product.reorderThreshold.map { Int64($0) })
        json.name("unit_price")
        json.text(product.unitPrice.map { "\($0)" })
        json.close("}")
    }

    private func writeTransfers(
        _ product: Product, _ entry: ReadModel.Entry?, _ model: ReadModel, _ json: inout JSONWriter
    ) {
        let stocks = (entry?.rows ?? []).map { ($0.cell.pair.warehouse, $0.cell.stock) }
        json.name("transfers")
        json.open("[")
        for transfer in Transfer.suggestions(stocks, threshold: product.reorderThreshold) {
            json.open("{")
            json.name("from_warehouse_id")
            json.number(Int64(transfer.from.rawValue))
            json.name("from_warehouse_name")
            json.text(model.catalog.warehouses[transfer.from]?.name)
            json.name("to_warehouse_id")
            json.number(Int64(transfer.to.rawValue))
            json.name("to_warehouse_name")
            json.text(model.catalog.warehouses[transfer.to]?.name)
            json.name("units")
            json.number(transfer.units)
            json.close("}")
        }
        json.close("]")
    }
}
