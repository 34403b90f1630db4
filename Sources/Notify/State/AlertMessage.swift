public import Foundation
import Inventory

/// Why a message of the alert topic is not a change of an alert.
public enum NotAChange: Error, Equatable {
    /// A row of `alerts.format: upsert`, which does not say when an alert began.
    case row
    /// Something that stockd did not write.
    case foreign
}

extension Alert {
    /// The change that a message holds.
    public init(message: Data) throws(NotAChange) {
        guard let members = try? JSONDecoder().decode(Members.self, from: message) else {
            let isRow = (try? JSONDecoder().decode(Row.self, from: message)) != nil
            throw isRow ? .row : .foreign
        }
        self.init(
            productID: members.product_id.text, warehouseID: members.warehouse_id.text,
            productName: members.product_name, warehouseName: members.warehouse_name, category: members.category,
            currentStock: members.current_stock, reorderThreshold: members.reorder_threshold,
            level: try members.level(), incident: members.incident, json: message)
    }

    /// The members of a change that are needed, by their names.
    private struct Members: Decodable {
        let change: String
        let product_id: IDMember
        let product_name: String?
        let category: String?
        let warehouse_id: IDMember
        let warehouse_name: String?
        let current_stock: Int64?
        let reorder_threshold: Int32?
        let alert_severity: String?
        let oversold_units: UInt64?
        let incident: UInt32

        func level() throws(NotAChange) -> AlertLevel? {
            guard let severity = alert_severity else { return nil }
            guard let level = AlertLevel(name: severity) else { throw .foreign }
            return oversold_units ?? 0 > 0 ? .oversold : level
        }
    }

    private struct Row: Decodable {
        let product_id: IDMember
        let warehouse_id: IDMember
        let alert_severity: String
    }

    /// An id of either kind.
    private struct IDMember: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            text = try (try? value.decode(Int64.self)).map { String($0) } ?? value.decode(String.self)
        }
    }
}

extension AlertLevel {
    init?(name: String) {
        guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = level
    }
}
