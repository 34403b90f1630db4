import Inventory
import Wire

/// Products by warehouses, as compactly as JSON allows: what the page draws.
struct MatrixResponse {
    func content(_ model: ReadModel) -> ResponseContent {
        ResponseContent(reflecting: model.freshness, capacity: 1 << 20) { json in
            json.field("version", model.version)
            json.freshness(model.freshness)
            json.offsets(model.freshness)
            let warehouses = model.catalog.warehouses.values.sorted { $0.id < $1.id }
            json.array("warehouses", warehouses) { json, warehouse in
                json.array {
                    $0.number(warehouse.id.rawValue)
                    $0.text(warehouse.name)
                    $0.text(warehouse.region)
                }
            }
            json.array("products", model.order) { json, id in
                guard let entry = model.entries[id] else { return }
                json.array { json in
                    json.number(id.rawValue)
                    json.text(entry.product.name)
                    json.text(entry.product.category)
                    json.number(entry.product.reorderThreshold)
                    json.array { json in
                        for row in entry.rows {
                            json.number(row.shown.pair.warehouse.rawValue)
                            json.number(row.shown.stock)
                        }
                    }
                }
            }
        }
    }
}
