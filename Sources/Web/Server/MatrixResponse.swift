import Inventory
import Wire

/// Products by warehouses, as compactly as JSON allows: what the page draws.
struct MatrixResponse {
    func content(_ model: ReadModel) -> ResponseContent {
        ResponseContent(reflecting: model.freshness, capacity: 1 << 20) { json in
            json.field("version", model.version)
            json.freshness(model.freshness)
            json.offsets(model.freshness)
            let warehouses = model.warehouses.values.sorted { model.ids.isBefore($0.id, $1.id) }
            json.array("warehouses", warehouses) { json, warehouse in
                json.array {
                    $0.id(warehouse.id, model.ids)
                    $0.text(warehouse.name)
                    $0.text(warehouse.region)
                }
            }
            json.array("products", model.products) { json, entry in
                json.array { json in
                    json.id(entry.product.id, model.ids)
                    json.text(entry.product.name)
                    json.text(entry.product.category)
                    json.number(entry.product.reorderThreshold)
                    json.array { json in
                        for row in entry.rows {
                            json.id(row.pair.warehouse, model.ids)
                            json.number(row.stock)
                        }
                    }
                    json.array { json in
                        for row in entry.rows {
                            let threshold = model.catalog.threshold(of: row.pair, entry.product)
                            guard threshold != entry.product.reorderThreshold else { continue }
                            json.id(row.pair.warehouse, model.ids)
                            json.number(threshold)
                        }
                    }
                }
            }
        }
    }
}
