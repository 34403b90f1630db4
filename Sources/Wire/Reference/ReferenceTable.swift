import Inventory

/// What the rows of one reference table are made of.
struct ReferenceTable<Patch: RowPatch>: Sendable {
    typealias ID = Patch.Row.ID

    /// Those that identify a row first.
    let columns: [String]
    /// Columns without which a row decides nothing.
    let required: [String]
    /// Columns that only name things: a file or row may leave them out, but a file that has none is worth a word.
    let labels: [String]
    /// For each column that identifies a row the table of its ids, nil where they are integers.
    let names: [IDNames?]
    /// The id of a row whose identifying columns have these numbers.
    let id: @Sendable ([Int32]) -> ID
    /// Makes a patch of the cells besides the id; nil when one of them is wrong, which the cells then note.
    private let patch: @Sendable (inout ReferenceCells) -> Patch?

    /// The columns that identify a row.
    var keys: ArraySlice<String> { columns.prefix(names.count) }

    func read(_ cells: inout ReferenceCells) -> (id: ID, patch: Patch)? {
        let numbers = numbers(&cells)
        guard let patch = patch(&cells), let numbers, cells.mistakes.isEmpty else { return nil }
        return (id(numbers), patch)
    }

    /// What the identifying columns hold; nil when one of them is wrong, which the cells then note.
    func numbers(_ cells: inout ReferenceCells) -> [Int32]? {
        let numbers = zip(keys, names).map { cells.id($0, $1) }
        return numbers.contains(nil) ? nil : numbers.compactMap { $0 }
    }

    /// A number of an identifying column as people read it.
    func shown(_ number: Int32, of column: Int) -> String {
        names[column].map { Quoted.text(Array($0.text(number))) } ?? "\(number)"
    }

    /// A key such as a message may have.
    var exampleKey: String {
        let members = zip(keys, names).map { "\"\($0)\":" + ($1 == nil ? "3" : "\"A-3\"") }
        let object = "{\(members.joined(separator: ","))}"
        return names.count > 1 ? object : (names[0] == nil ? "3" : "A-3") + " or " + object
    }
}

extension ReferenceTable<ProductPatch> {
    static func products(_ ids: IDs) -> Self {
        Self(
            columns: ["product_id", "product_name", "category", "reorder_threshold", "unit_price"],
            required: ["product_id", "reorder_threshold"], labels: ["product_name", "category"],
            names: [ids.product == .text ? ids.names : nil], id: { ProductID($0[0]) }
        ) { cells in
            let (name, category) = (cells.text("product_name"), cells.text("category"))
            let threshold = cells.threshold("reorder_threshold")
            let price = cells.decimal("unit_price")
            guard let threshold, let price else { return nil }
            return ProductPatch(
                name: name, category: category, reorderThreshold: threshold.value, unitPrice: price.value)
        }
    }
}

extension ReferenceTable<WarehousePatch> {
    static func warehouses(_ ids: IDs) -> Self {
        Self(
            columns: ["warehouse_id", "warehouse_name", "region"], required: ["warehouse_id"],
            labels: ["warehouse_name", "region"], names: [ids.warehouse == .text ? ids.names : nil],
            id: { WarehouseID($0[0]) }
        ) { cells in
            WarehousePatch(name: cells.text("warehouse_name"), region: cells.text("region"))
        }
    }
}

extension ReferenceTable<ThresholdPatch> {
    static func thresholds(_ ids: IDs) -> Self {
        let columns = ["product_id", "warehouse_id", "reorder_threshold"]
        return Self(
            columns: columns, required: columns, labels: [],
            names: [ids.product == .text ? ids.names : nil, ids.warehouse == .text ? ids.names : nil],
            id: { Pair(product: ProductID($0[0]), warehouse: WarehouseID($0[1])) }
        ) { cells in
            cells.threshold("reorder_threshold").map { ThresholdPatch(reorderThreshold: $0.value) }
        }
    }
}
