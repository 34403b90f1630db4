import Inventory
import Wire

/// What rows are sorted by: the views' columns by their names, and the level of an alert.
enum SortColumn: String, CaseIterable {
    case productID = "product_id"
    case productName = "product_name"
    case category
    case warehouseID = "warehouse_id"
    case warehouseName = "warehouse_name"
    case currentStock = "current_stock"
    case reorderThreshold = "reorder_threshold"
    case lastUpdated = "last_updated"
    case unitsBelowThreshold = "units_below_threshold"
    case alertSeverity = "alert_severity"
    case oversoldUnits = "oversold_units"
    case since
    case incident
    case level
    case warehouseCount = "warehouse_count"
    case totalStock = "total_stock"
    case minWarehouseStock = "min_warehouse_stock"
    case maxWarehouseStock = "max_warehouse_stock"
    case overallStatus = "overall_status"

    /// The columns of a view in the API, and the level of alerts.
    static func of(_ view: View) -> [SortColumn] {
        let names = view.columns + (view == .lowStockAlerts ? ["since", "incident", "level"] : [])
        return names.compactMap { SortColumn(rawValue: $0) }
    }
}

/// A value that rows are ordered by: missing values first, numbers before text.
enum SortKey: Equatable, Comparable {
    case nothing
    case number(Int128)
    case text(String)
    case id(IDKey)
}

/// An id as rows are ordered by it.
enum IDKey: Equatable, Comparable {
    case number(Int32)
    /// The bytes of its text.
    case text([UInt8])

    init(_ id: ProductID, _ ids: IDs) { self = ids.text(id).map { .text(Array($0)) } ?? .number(id.rawValue) }
    init(_ id: WarehouseID, _ ids: IDs) { self = ids.text(id).map { .text(Array($0)) } ?? .number(id.rawValue) }

    static func < (a: Self, b: Self) -> Bool {
        switch (a, b) {
        case (.number(let a), .number(let b)): a < b
        case (.text(let a), .text(let b)): a.lexicographicallyPrecedes(b)
        case (.number, .text): true
        case (.text, .number): false
        }
    }
}

/// A row's position in an order that no two rows share.
struct SortPosition: Equatable {
    var key: SortKey
    var product: IDKey
    /// Nil in the rollup.
    var warehouse: IDKey?

    init(_ key: SortKey, _ product: ProductID, _ warehouse: WarehouseID?, _ ids: IDs) {
        self.init(key, IDKey(product, ids), warehouse.map { IDKey($0, ids) })
    }

    init(_ key: SortKey, _ product: IDKey, _ warehouse: IDKey?) {
        self.key = key
        self.product = product
        self.warehouse = warehouse
    }

    /// Ties go by product and warehouse, ascending even when the order descends.
    func precedes(_ other: SortPosition, descending: Bool) -> Bool {
        if key != other.key { return descending ? other.key < key : key < other.key }
        if product != other.product { return product < other.product }
        guard let warehouse, let other = other.warehouse else { return false }
        return warehouse < other
    }
}

extension AlertRow {
    func key(_ column: SortColumn, _ ids: IDs) -> SortKey {
        switch column {
        case .productID: .id(IDKey(row.product.id, ids))
        case .productName: .text(row.product.name.string)
        case .category: .text(row.product.category.string)
        case .warehouseID: .id(IDKey(row.warehouse.id, ids))
        case .warehouseName: .text(row.warehouse.name.string)
        case .currentStock: .number(Int128(row.currentStock))
        case .reorderThreshold: row.reorderThreshold.map { .number(Int128($0)) } ?? .nothing
        case .lastUpdated: .number(Int128(row.lastUpdated.microseconds))
        case .unitsBelowThreshold: row.unitsBelowThreshold.map { .number($0) } ?? .nothing
        case .alertSeverity: row.severity.map { .number(Int128($0.rawValue)) } ?? .nothing
        case .oversoldUnits: .number(row.oversoldUnits)
        case .since: .number(Int128(since.microseconds))
        case .incident: .number(Int128(incident))
        case .level: row.level.map { .number(Int128($0.rawValue)) } ?? .nothing
        default: .nothing
        }
    }
}

extension RollupRow {
    func key(_ column: SortColumn, _ ids: IDs) -> SortKey {
        switch column {
        case .productID: .id(IDKey(product.id, ids))
        case .productName: .text(product.name.string)
        case .category: .text(product.category.string)
        case .warehouseCount: .number(Int128(warehouseCount))
        case .totalStock: .number(totalStock)
        case .minWarehouseStock: .number(Int128(minWarehouseStock))
        case .maxWarehouseStock: .number(Int128(maxWarehouseStock))
        case .reorderThreshold: product.reorderThreshold.map { .number(Int128($0)) } ?? .nothing
        case .overallStatus: .number(Int128(status.rawValue))
        default: .nothing
        }
    }
}
