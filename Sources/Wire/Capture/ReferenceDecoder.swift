public import Inventory

/// Reads the messages of a reference topic: plain rows and change data capture.
///
/// A message without a value deletes the row its key names. A row that does not decode throws what is wrong
/// with it; the row that was there stays.
public struct ReferenceDecoder: Sendable {
    private let products: ReferenceColumns<ProductID, ProductPatch>
    private let warehouses: ReferenceColumns<WarehouseID, WarehousePatch>

    /// - Parameter format: How the topic is written that this decoder reads.
    public init(format: SourceFormat = SourceFormat(), ids: IDs = .integers) {
        products = ReferenceColumns(.products(ids), format: format, section: "reference.products")
        warehouses = ReferenceColumns(.warehouses(ids), format: format, section: "reference.warehouses")
    }

    public func product(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) throws(BadEvent) -> ReferenceMessage<ProductID, ProductPatch> {
        try products.read(key: key, value: value)
    }

    public func warehouse(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) throws(BadEvent) -> ReferenceMessage<WarehouseID, WarehousePatch> {
        try warehouses.read(key: key, value: value)
    }
}
