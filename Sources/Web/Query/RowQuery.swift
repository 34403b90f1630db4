import Inventory
import Wire

/// Which rows of a view, in which order, and how many.
struct RowQuery {
    var view: View
    var products: Set<ProductID>?
    var warehouses: Set<WarehouseID>?
    var categories: Set<Text>?
    var severities: Set<Severity>?
    var levels: Set<AlertLevel>?
    var statuses: Set<OverallStatus>?
    /// In lower case.
    var text: String?
    var sort = Sort()
    var limit = 1_000
    var after: Cursor?
    /// The parameters that a cursor belongs to.
    private(set) var identity = ""

    struct Sort: Equatable {
        /// Nil: by product and warehouse id.
        var column: SortColumn?
        var isDescending = false
    }

    static let maxLimit = 10_000

    /// The parameters a view takes.
    static func known(_ view: View) -> [String] {
        let common = ["product_id", "warehouse_id", "category", "q", "sort", "limit", "cursor"]
        return common + (view == .multiWarehouseInventory ? ["status"] : ["severity", "level"])
    }

    init(_ view: View, _ parameters: Parameters, _ ids: IDs = .integers) throws(Problem) {
        self.view = view
        try parameters.allow(Self.known(view))
        products = try parameters.ids("product_id", ids.product) { ids.product($0) }
        warehouses = try parameters.ids("warehouse_id", ids.warehouse) { ids.warehouse($0) }
        let named = parameters.all("category")
        categories = named.isEmpty ? nil : Set(named.map { Text($0) })
        severities = try parameters.words("severity", Severity.allCases.reversed(), named: \.name).map {
            Set($0)
        }
        levels = try parameters.words("level", AlertLevel.allCases.reversed(), named: \.name).map { Set($0) }
        statuses = try parameters.words("status", OverallStatus.allCases, named: \.name).map { Set($0) }
        text = try parameters.one("q").flatMap { $0.isEmpty ? nil : $0.lowercased() }
        if let sort = try parameters.one("sort") { self.sort = try Self.sort(sort, view) }
        if let limit = try parameters.one("limit") {
            guard let number = Int(limit), (1...Self.maxLimit).contains(number), !limit.hasPrefix("+") else {
                throw .value("limit", limit, "an integer from 1 to \(Self.maxLimit)")
            }
            self.limit = number
        }
        identity = Self.identity(view, parameters)
        if let cursor = try parameters.one("cursor"), !cursor.isEmpty {
            guard let after = Cursor(cursor, of: identity) else {
                throw .value(
                    "cursor", cursor,
                    "the \"next\" of a response to the same request, its other parameters unchanged")
            }
            self.after = after
        }
    }

    private static func sort(_ text: String, _ view: View) throws(Problem) -> Sort {
        let isDescending = text.hasPrefix("-")
        let name = isDescending ? String(text.dropFirst()) : text
        let columns = SortColumn.of(view)
        guard let column = columns.first(where: { $0.rawValue == name }) else {
            throw .value(
                "sort", text,
                "one of \(columns.map(\.rawValue).joined(separator: ", ")), with - before it for descending")
        }
        return Sort(column: column, isDescending: isDescending)
    }

    /// What all pages of a cursor share: everything but their size.
    private static func identity(_ view: View, _ parameters: Parameters) -> String {
        view.rawValue
            + parameters.values.filter { $0.name != "cursor" && $0.name != "limit" }
            .map { "&\($0.name)=\($0.value)" }.sorted().joined()
    }
}
