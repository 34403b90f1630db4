import Inventory
import Wire

/// Products by warehouses, as compactly as JSON allows: what the page draws.
struct MatrixAnswer {
    func answer(_ model: ReadModel) -> Answer {
        var json = JSONWriter(capacity: 1 << 20)
        json.open("{")
        json.name("version")
        json.number(Int64(model.version))
        json.freshness(model.freshness)
        json.offsets(model.freshness)
        json.name("warehouses")
        json.open("[")
        for warehouse in model.catalog.warehouses.values.sorted(by: { $0.id < $1.id }) {
            json.open("[")
            json.number(Int64(warehouse.id.rawValue))
            json.text(warehouse.name)
            json.text(warehouse.region)
            json.close("]")
        }
        json.close("]")
        json.name("products")
        json.open("[")
        for id in model.order {
            guard let entry = model.entries[id] else { continue }
            json.open("[")
            json.number(Int64(id.rawValue))
            json.text(entry.product.name)
            json.text(entry.product.category)
            json.number(entry.product.reorderThreshold.map { Int64($0) })
            json.open("[")
            for row in entry.rows {
                json.number(Int64(row.cell.pair.warehouse.rawValue))
                json.number(row.cell.stock)
            }
            json.close("]")
            json.close("]")
        }
        json.close("]")
        json.close("}")
        var answer = Answer(Media.json.contentType, json.bytes)
        answer.reflect(model.freshness)
        return answer
    }
}
