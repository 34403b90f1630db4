public import Inventory

/// Reads the messages of a reference topic: plain rows and change data capture.
///
/// A message without a value deletes the row its key names. A row that does not decode throws what is wrong
/// with it; the row that was there stays.
public struct ReferenceDecoder: Sendable {
    private let productColumns: ReferenceColumns
    private let warehouseColumns: ReferenceColumns

    /// - Parameter format: How the topic is written that this decoder reads.
    public init(format: SourceFormat = SourceFormat()) {
        productColumns = ReferenceColumns(
            ReferenceTable.products.columns, format: format, section: "reference.products")
        warehouseColumns = ReferenceColumns(
            ReferenceTable.warehouses.columns, format: format, section: "reference.warehouses")
    }

    public func product(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) throws(BadEvent) -> ReferenceMessage<ProductID, ProductPatch> {
        switch try productColumns.read(key: key, value: value) {
        case .row(var cells, let keeps, let version):
            let id = cells.int32("product_id")
            let name = keeps.contains("product_name") ? nil : cells.text("product_name")
            let category = keeps.contains("category") ? nil : cells.text("category")
            let threshold = cells.threshold("reorder_threshold")
            let price = cells.decimal("unit_price")
            guard cells.mistakes.isEmpty, let id, let threshold, let price else {
                throw BadEvent(.invalidRow, cells.mistakes)
            }
            let patch = ProductPatch(
                name: name, category: category, reorderThreshold: threshold.value, unitPrice: price.value)
            return .change(.upsert(ProductID(id), patch, version))
        case .delete(let id, let version): return .change(.delete(ProductID(id), version))
        case .truncate(let version): return .change(.truncate(version))
        case .skipped(let reason): return .skipped(reason)
        }
    }

    public func warehouse(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) throws(BadEvent) -> ReferenceMessage<WarehouseID, WarehousePatch> {
        switch try warehouseColumns.read(key: key, value: value) {
        case .row(var cells, let keeps, let version):
            let id = cells.int32("warehouse_id")
            let name = keeps.contains("warehouse_name") ? nil : cells.text("warehouse_name")
            let region = keeps.contains("region") ? nil : cells.text("region")
            guard cells.mistakes.isEmpty, let id else {
                throw BadEvent(.invalidRow, cells.mistakes)
            }
            return .change(.upsert(WarehouseID(id), WarehousePatch(name: name, region: region), version))
        case .delete(let id, let version): return .change(.delete(WarehouseID(id), version))
        case .truncate(let version): return .change(.truncate(version))
        case .skipped(let reason): return .skipped(reason)
        }
    }
}
