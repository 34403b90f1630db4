import Inventory
import Pipeline

/// The last day of one product's stock.
struct ProductHistoryResponse {
    let id: ProductID
    /// Whether the daemon keeps a history.
    let isKept: Bool
    let now: Timestamp

    func content(_ model: ReadModel) throws(Problem) -> ResponseContent {
        let entry = model[id]
        guard let product = entry?.product ?? model.catalog.product(id) else {
            throw .notFound("there is no product \(model.ids.string(id))")
        }
        let (begins, warehouses) = model.past(of: id, since: now.dayAgo)
        return ResponseContent(reflecting: model.freshness) { json in
            json.freshness(model.freshness)
            json.offsets(model.freshness)
            json.name("product_id")
            json.id(id, model.ids)
            json.field("kept", isKept)
            json.field("begins_at", begins.map(Timestamp.init(seconds:)))
            json.array("warehouses", warehouses) { json, past in
                json.object { json in
                    let pair = Pair(product: id, warehouse: past.warehouse)
                    json.name("warehouse_id")
                    json.id(past.warehouse, model.ids)
                    json.field("warehouse_name", model.warehouses[past.warehouse]?.name ?? "")
                    json.field("reorder_threshold", model.catalog.threshold(of: pair, product))
                    json.array("stock", past.steps) { json, step in
                        json.array { json in
                            json.instant(Timestamp(seconds: step.seconds))
                            json.number(step.stock)
                        }
                    }
                }
            }
        }
    }
}

/// How many alerts of each level there were over the last day.
struct AlertHistoryResponse {
    let samples: [AlertTrend.Sample]
    let isKept: Bool
    let now: Timestamp

    func content(_ model: ReadModel) -> ResponseContent {
        var samples = samples.filter { $0.seconds >= now.dayAgo }
        if isKept, !model.freshness.isStale { samples.append(AlertTrend.Sample(now.seconds, model.tally)) }
        return ResponseContent(reflecting: model.freshness) { json in
            json.freshness(model.freshness)
            json.offsets(model.freshness)
            json.field("kept", isKept)
            json.field("begins_at", samples.first.map { Timestamp(seconds: $0.seconds) })
            json.field("interval_seconds", AlertTrend.intervalSeconds)
            json.array("levels", AlertTrend.levels) { $0.text($1.name) }
            json.array("samples", samples) { json, sample in
                json.array { json in
                    json.instant(Timestamp(seconds: sample.seconds))
                    for count in sample.counts { json.number(count) }
                }
            }
        }
    }
}

extension Timestamp {
    fileprivate init(seconds: UInt32) { self.init(microseconds: Int64(seconds) * 1_000_000) }

    var seconds: UInt32 { UInt32(clamping: microseconds / 1_000_000) }

    /// In seconds since the epoch, where a clock that stands before it is no reason to fail.
    fileprivate var dayAgo: UInt32 { seconds - min(seconds, 86_400) }
}
