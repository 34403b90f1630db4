import Inventory

/// What the rows of one reference table are made of.
struct ReferenceTable<ID: RawRepresentable<Int32> & Sendable, Patch: Sendable>: Sendable {
    /// The one that identifies a row first.
    let columns: [String]
    /// Columns without which a row decides nothing.
    let required: [String]
    /// Columns that only name things: a file or row may leave them out, but a file that has none is worth a word.
    let labels: [String]
    /// The table of the ids, if they are texts.
    let names: IDNames?
    /// Makes a patch of the cells besides the id; nil when one of them is wrong, which the cells then note.
    private let patch: @Sendable (inout ReferenceCells) -> Patch?

    var key: String { columns[0] }

    func read(_ cells: inout ReferenceCells) -> (id: ID, patch: Patch)? {
        let number = cells.id(key, names)
        guard let patch = patch(&cells), let id = number.flatMap({ ID(rawValue: $0) }),
            cells.mistakes.isEmpty
        else { return nil }
        return (id, patch)
    }

    /// The id as people read it.
    func shown(_ id: Int32) -> String {
        names.map { Quoted.text(Array($0.text(id))) } ?? "\(id)"
    }
}

extension ReferenceTable<ProductID, ProductPatch> {
    static func products(_ ids: IDs) -> Self {
        Self(
            columns: ["product_id", "product_name", "category", "reorder_threshold", "unit_price"],
            required: ["product_id", "reorder_threshold"], labels: ["product_name", "category"],
            names: ids.product == .text ? ids.names : nil
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

extension ReferenceTable<WarehouseID, WarehousePatch> {
    static func warehouses(_ ids: IDs) -> Self {
        Self(
            columns: ["warehouse_id", "warehouse_name", "region"], required: ["warehouse_id"],
            labels: ["warehouse_name", "region"], names: ids.warehouse == .text ? ids.names : nil
        ) { cells in
            WarehousePatch(name: cells.text("warehouse_name"), region: cells.text("region"))
        }
    }
}
