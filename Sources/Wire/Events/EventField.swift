/// The fields an order event is read from, in the order producers write them and problems are reported.
enum EventField: Int, CaseIterable {
    case eventID
    case eventType
    case productID
    case warehouseID
    case quantity
    case eventTime

    var name: String {
        switch self {
        case .eventID: "event_id"
        case .eventType: "event_type"
        case .productID: "product_id"
        case .warehouseID: "warehouse_id"
        case .quantity: "quantity"
        case .eventTime: "event_time"
        }
    }
}
