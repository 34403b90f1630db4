import Foundation
import Inventory
import Wire

/// Why a message is none that stockd writes.
struct AuditMistake: Error {
    let found: String
    let expected: String

    init(_ found: String, _ expected: String) {
        self.found = found
        self.expected = expected
    }
}

/// What a message of the alert topic says, in either format.
struct AuditedAlert {
    /// The columns of the view's row that events and reference rows decide.
    struct Columns: Hashable {
        let names: [String?]
        let stock: Int64
        let threshold: Int32?
        let updated: String

        /// As a report shows them.
        var text: String {
            let names = names.map { $0 ?? "null" }.joined(separator: ", ")
            return "\(names), stock \(stock), threshold \(threshold.map { "\($0)" } ?? "null"), \(updated)"
        }
    }

    /// What only `alerts.format: changes` has.
    struct Change {
        let kind: ChangeKind
        let previous: AlertLevel?
        let previousOversold: UInt64?
        let incident: UInt32
        let since: String
        let source: Source?
    }

    let pair: Pair
    /// Nil when the alert is over.
    let level: AlertLevel?
    let oversold: UInt64
    /// Nil when the row is gone.
    let columns: Columns?
    /// Nil with `alerts.format: upsert`.
    let change: Change?

    /// Reads a message.
    init(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, _ format: AlertFormat, _ ids: IDs
    ) throws(AuditMistake) {
        guard let key, let pair = AuditedMembers(key)?.pair(ids) else {
            throw AuditMistake(key.map { "the key \(Self.text($0))" } ?? "no key", "a message of stockd")
        }
        self.pair = pair
        guard let value else {
            guard format == .upsert else { throw AuditMistake("no value", "a change of an alert") }
            (level, oversold, columns, change) = (nil, 0, nil, nil)
            return
        }
        guard let members = AuditedMembers(value) else { throw AuditMistake(Self.text(value), "a message of stockd") }
        guard members.pair(ids) == pair else { throw AuditMistake("the key \(Self.text(key))", "the value's ids") }
        columns = members.columns
        oversold = members.oversoldUnits ?? 0
        level = try AuditedMembers.level(members.alertSeverity, oversold)
        change = format == .changes ? try members.change() : nil
        if let problem = members.contradiction(level) { throw problem }
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes.prefix(200), as: UTF8.self)
    }
}

extension AuditedAlert.Columns {
    init(_ row: StockRow) {
        names = [row.product.name, row.product.category, row.warehouse.name].map { $0.isEmpty ? nil : $0.string }
        stock = row.currentStock
        threshold = row.reorderThreshold
        updated = RFC3339.string(row.lastUpdated)
    }
}

/// The members of a message, by their names.
struct AuditedMembers: Decodable {
    private let changeName: String?
    private let productID: IDMember
    private let warehouseID: IDMember
    private let productName: String?
    private let category: String?
    private let warehouseName: String?
    private let currentStock: Int64?
    private let reorderThreshold: Int32?
    private let lastUpdated: String?
    private let unitsBelowThreshold: UInt64?
    let alertSeverity: String?
    let oversoldUnits: UInt64?
    private let previousSeverity: String?
    private let previousOversoldUnits: UInt64?
    private let since: String?
    private let incident: UInt32?
    private let source: SourceMember?

    private struct SourceMember: Decodable {
        let partition: Int32
        let offset: Int64
    }

    private enum CodingKeys: String, CodingKey {
        case changeName = "change"
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
        case previousSeverity = "previous_severity"
        case previousOversoldUnits = "previous_oversold_units"
        case since
        case incident
        case source
    }

    /// An id of either kind.
    private struct IDMember: Decodable {
        let number: Int32?
        let text: String

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            number = try? value.decode(Int32.self)
            text = try number.map { "\($0)" } ?? value.decode(String.self)
        }

        /// Its number inside the process; nil for an id of the other kind.
        func number(_ kind: IDKind, _ ids: IDs) -> Int32? {
            guard kind == .text else { return number }
            return number == nil ? Array(text.utf8).withUnsafeBytes { ids.number(ofName: $0) } : nil
        }
    }

    /// The members of a JSON object; nil where it is none with two ids.
    init?(_ json: UnsafeRawBufferPointer) {
        guard let members = try? JSONDecoder().decode(Self.self, from: Data(json)) else { return nil }
        self = members
    }

    /// Nil for ids of the other kind.
    func pair(_ ids: IDs) -> Pair? {
        guard let product = productID.number(ids.product, ids), let warehouse = warehouseID.number(ids.warehouse, ids)
        else { return nil }
        return Pair(product: ProductID(product), warehouse: WarehouseID(warehouse))
    }

    var columns: AuditedAlert.Columns? {
        guard let currentStock, let lastUpdated else { return nil }
        return AuditedAlert.Columns(
            names: [productName, category, warehouseName], stock: currentStock, threshold: reorderThreshold,
            updated: lastUpdated)
    }

    static func level(_ severity: String?, _ oversold: UInt64) throws(AuditMistake) -> AlertLevel? {
        guard let severity else { return nil }
        guard let level = AlertLevel.allCases.first(where: { $0.name == severity }), level != .oversold else {
            throw AuditMistake("the severity \(severity)", "a severity that there is")
        }
        return oversold > 0 && level == .critical ? .oversold : level
    }

    func change() throws(AuditMistake) -> AuditedAlert.Change {
        guard let kind = ChangeKind.allCases.first(where: { $0.name == changeName }), let since, let incident else {
            throw AuditMistake("the change \(changeName ?? "null")", "a change of an alert")
        }
        return AuditedAlert.Change(
            kind: kind, previous: try Self.level(previousSeverity, previousOversoldUnits ?? 0),
            previousOversold: previousOversoldUnits, incident: incident, since: since,
            source: source.map { Source(partition: Partition($0.partition), offset: Offset($0.offset)) })
    }

    /// Why the members cannot be of one row; nil when they can.
    func contradiction(_ level: AlertLevel?) -> AuditMistake? {
        guard let currentStock else {
            return level == nil ? nil : AuditMistake("no current_stock", "the stock of a standing alert")
        }
        let right = AlertLevel(stock: currentStock, threshold: reorderThreshold)
        if right != level {
            return AuditMistake(
                "\(level?.name ?? "no alert") at stock \(currentStock)", right?.name ?? "no alert")
        }
        let oversold = currentStock < 0 ? currentStock.magnitude : 0
        if oversoldUnits != oversold {
            return AuditMistake("oversold_units \(oversoldUnits ?? 0) at stock \(currentStock)", "\(oversold)")
        }
        let units = level == nil ? nil : reorderThreshold.map { Int128($0) - Int128(currentStock) }
        if unitsBelowThreshold.map({ Int128($0) }) != units {
            return AuditMistake("units_below_threshold \(unitsBelowThreshold ?? 0)", units.map { "\($0)" } ?? "null")
        }
        return nil
    }
}
