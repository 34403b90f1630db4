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
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let members = try? decoder.decode(Members.self, from: message) else {
            let isRow = (try? decoder.decode(Row.self, from: message)) != nil
            throw isRow ? .row : .foreign
        }
        self.init(
            productID: members.productId.text, warehouseID: members.warehouseId.text,
            productName: members.productName, warehouseName: members.warehouseName, category: members.category,
            currentStock: members.currentStock, reorderThreshold: members.reorderThreshold,
            level: try members.level(), incident: members.incident, json: message)
    }

    /// The members of a change that are needed, by their names.
    private struct Members: Decodable {
        let change: String
        let productId: IDMember
        let productName: String?
        let category: String?
        let warehouseId: IDMember
        let warehouseName: String?
        let currentStock: Int64?
        let reorderThreshold: Int32?
        let alertSeverity: String?
        let oversoldUnits: UInt64?
        let incident: UInt32

        func level() throws(NotAChange) -> AlertLevel? {
            guard let severity = alertSeverity else { return nil }
            guard let level = AlertLevel(name: severity) else { throw .foreign }
            return oversoldUnits ?? 0 > 0 ? .oversold : level
        }
    }

    private struct Row: Decodable {
        let productId: IDMember
        let warehouseId: IDMember
        let alertSeverity: String
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
