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

    /// The field whose name fills the token, nil for one that an event does not use.
    @inline(__always)
    init?(_ text: RawSpan, _ token: StringToken) {
        guard !token.isEscaped else {
            self.init(escaped: text, token)
            return
        }
        self.init(text, token.start, token.end - token.start)
    }

    @inline(__always)
    private init?(_ text: RawSpan, _ start: Int, _ count: Int) {
        switch count {
        case 8:
            if text.matches("event_id", at: start) {
                self = .eventID
            } else if text.matches("quantity", at: start) {
                self = .quantity
            } else {
                return nil
            }
        case 10:
            if text.matches("event_type", at: start) {
                self = .eventType
            } else if text.matches("product_id", at: start) {
                self = .productID
            } else if text.matches("event_time", at: start) {
                self = .eventTime
            } else {
                return nil
            }
        case 12 where text.matches("warehouse_id", at: start): self = .warehouseID
        default: return nil
        }
    }

    @inline(never)
    private init?(escaped text: RawSpan, _ token: StringToken) {
        // Six bytes of input make at least one of text: a longer name is none of ours.
        guard token.end - token.start <= 12 * 6 else { return nil }
        let name = text.unescaped(token)
        let field = name.withUnsafeBytes { Self($0.bytes, 0, name.count) }
        guard let field else { return nil }
        self = field
    }
}
