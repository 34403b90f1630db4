import Inventory
import Wire

/// What a path asks for.
enum Route: Equatable {
    case page
    case icon
    case view(View, Media?)
    /// As it is in the path, decoded.
    case product(String)
    case productHistory(String)
    case alertHistory
    case matrix
    case status
    case changes
    case live
    case ready
    case metrics
    case description

    /// Nil for an unknown path.
    init?(path: Substring) {
        switch path {
        case "/": self = .page
        case "/favicon.ico": self = .icon
        case "/v1/matrix": self = .matrix
        case "/v1/alerts/history": self = .alertHistory
        case "/v1/status": self = .status
        case "/v1/changes": self = .changes
        case "/health/live": self = .live
        case "/health/ready": self = .ready
        case "/metrics": self = .metrics
        case "/openapi.json": self = .description
        default:
            guard path.hasPrefix("/v1/") else { return nil }
            let rest = path.dropFirst(4)
            if rest.hasPrefix("products/") {
                let path = rest.dropFirst(9)
                let isHistory = path.hasSuffix("/history")
                let name = path.dropLast(isHistory ? 8 : 0)
                guard !name.isEmpty, !name.contains("/"), let id = Parameters.decode(name, plusIsSpace: false)
                else { return nil }
                self = isHistory ? .productHistory(id) : .product(id)
                return
            }
            let parts = rest.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            let view: View
            switch parts[0] {
            case "stock": view = .currentStockLevels
            case "alerts": view = .lowStockAlerts
            case "rollup": view = .multiWarehouseInventory
            default: return nil
            }
            if parts.count == 1 {
                self = .view(view, nil)
            } else {
                guard let media = Media(rawValue: String(parts[1])) else { return nil }
                self = .view(view, media)
            }
        }
    }

    /// The name in metrics: never a client's own text.
    var name: String {
        switch self {
        case .page: "/"
        case .icon: "/favicon.ico"
        case .view(.currentStockLevels, _): "/v1/stock"
        case .view(.lowStockAlerts, _): "/v1/alerts"
        case .view(.multiWarehouseInventory, _): "/v1/rollup"
        case .product: "/v1/products/{id}"
        case .productHistory: "/v1/products/{id}/history"
        case .alertHistory: "/v1/alerts/history"
        case .matrix: "/v1/matrix"
        case .status: "/v1/status"
        case .changes: "/v1/changes"
        case .live: "/health/live"
        case .ready: "/health/ready"
        case .metrics: "/metrics"
        case .description: "/openapi.json"
        }
    }

    /// Whether anyone may ask, since it shows nothing of the stock.
    var isPublic: Bool {
        switch self {
        case .page, .icon, .live, .ready: true
        default: false
        }
    }
}
