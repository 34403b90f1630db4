public import TestSupport

/// A database with the four tables, and random changes to them.
public struct ModelDatabase: Sendable {
    public enum Table: CaseIterable, Sendable {
        case events, products, warehouses, thresholds

        /// How many of the columns, the first ones, are the primary key.
        public var keyCount: Int { self == .thresholds ? 2 : 1 }
    }

    /// A change of one row, as in the database's log.
    public struct Change: Sendable {
        public var table: Table
        /// The row's primary key, its columns as JSON.
        public var id: [String]
        /// The row's columns as JSON before and after; nil where there is no row.
        public var before: [String]?
        public var after: [String]?
        /// Increases with each change, as the positions of connectors do.
        public var position: Int
        public var milliseconds: Int
    }

    /// Each row's columns as JSON, in the order of `columns`.
    public private(set) var rows: [Table: [Int64: [String]]] = [:]
    public private(set) var position = 1000
    public private(set) var milliseconds = 1_774_872_000_000
    private var nextEvent: Int64 = 1

    private let ids: OracleIDs

    public init(_ ids: OracleIDs = OracleIDs()) { self.ids = ids }

    /// A threshold's number is made of its product and its warehouse.
    private func json(_ table: Table, _ id: Int64) -> [String] {
        switch table {
        case .events: [ids.event(id)]
        case .products: [ids.product(id)]
        case .warehouses: [ids.warehouse(id)]
        case .thresholds: [ids.product(id / 10), ids.warehouse(id % 10)]
        }
    }

    public static func columns(_ table: Table) -> [String] {
        switch table {
        case .events: ["event_id", "event_type", "product_id", "warehouse_id", "quantity", "event_time"]
        case .products: ["product_id", "product_name", "category", "reorder_threshold"]
        case .warehouses: ["warehouse_id", "warehouse_name", "region"]
        case .thresholds: ["product_id", "warehouse_id", "reorder_threshold"]
        }
    }

    /// Inserts, updates, deletes a row or changes its key; a key may have been used before.
    public mutating func change(_ random: inout SeededRandom) -> [Change] {
        let table = random.pick([
            Table.events, .events, .events, .events, .events, .products, .warehouses, .thresholds,
        ])
        milliseconds += random.pick([0, 0, 1, 700, 3000])
        let known = (rows[table] ?? [:]).keys.sorted()
        guard !known.isEmpty, !random.chance(3) else {
            let id = newID(table, &random)
            let isThere = rows[table]?[id] != nil
            return [set(table, id, row(table, id, &random), isUpdate: isThere)]
        }
        let id = random.pick(known)
        switch random.below(8) {
        case 0, 1: return [set(table, id, nil, isUpdate: true)]
        case 2:
            let other = newID(table, &random)
            guard rows[table]?[other] == nil, var row = rows[table]?[id] else { return [] }
            row.replaceSubrange(..<table.keyCount, with: json(table, other))
            // One statement: both changes have one position.
            let delete = set(table, id, nil, isUpdate: true)
            position -= 1
            return [delete, set(table, other, row, isUpdate: false)]
        default:
            var after = row(table, id, &random)
            // Some columns stay as they were.
            for index in table.keyCount..<after.count where random.chance(2) {
                after[index] = rows[table]?[id]?[index] ?? after[index]
            }
            return [set(table, id, after, isUpdate: true)]
        }
    }

    private mutating func set(_ table: Table, _ id: Int64, _ row: [String]?, isUpdate: Bool) -> Change {
        position += 1
        let before = rows[table]?[id]
        rows[table, default: [:]][id] = row
        return Change(
            table: table, id: json(table, id), before: isUpdate ? before : nil, after: row, position: position,
            milliseconds: milliseconds)
    }

    private mutating func newID(_ table: Table, _ random: inout SeededRandom) -> Int64 {
        switch table {
        case .events where random.chance(5): return Int64(1 + random.below(Int(nextEvent)))
        case .events:
            nextEvent += Int64(1 + random.below(3))
            return nextEvent
        case .products: return Int64(1 + random.below(4))
        case .warehouses: return Int64(1 + random.below(3))
        case .thresholds: return Int64(10 * (1 + random.below(4)) + 1 + random.below(3))
        }
    }

    private func row(_ table: Table, _ id: Int64, _ random: inout SeededRandom) -> [String] {
        switch table {
        case .events:
            json(table, id) + [
                random.pick(["\"RECEIVED\"", "\"SHIPPED\"", "\"RETURNED\"", "\"COUNTED\""]),
                ids.product(Int64(1 + random.below(4))), ids.warehouse(Int64(1 + random.below(3))),
                "\(random.below(random.pick([3, 30, 120])))",
                "\(1_774_872_000_000_000 + random.below(50) * 500_000)",
            ]
        case .products:
            json(table, id) + [
                random.pick(["\"Stand\"", "\"Cable É\"", "\"x\""]), random.pick(["\"a\"", "\"b\""]),
                random.pick(["null", "5", "40", "100"]),
            ]
        case .warehouses: json(table, id) + [random.pick(["\"East\"", "\"West\"", "\"Central\""]), "\"r\""]
        case .thresholds: json(table, id) + [random.pick(["null", "0", "7", "60", "-3"])]
        }
    }
}
