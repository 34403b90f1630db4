public import Inventory

/// Reads the messages of a reference topic: plain rows and change data capture.
///
/// A message without a value deletes the row its key names. A row that does not decode throws what is wrong
/// with it; the row that was there stays.
public struct ReferenceDecoder: Sendable {
    private let products: ReferenceColumns<ProductPatch>
    private let warehouses: ReferenceColumns<WarehousePatch>
    private let thresholds: ReferenceColumns<ThresholdPatch>

    /// - Parameter format: How the topic is written that this decoder reads.
    public init(format: SourceFormat = SourceFormat(), ids: IDs = .integers) {
        products = ReferenceColumns(.products(ids), format: format, section: "reference.products")
        warehouses = ReferenceColumns(.warehouses(ids), format: format, section: "reference.warehouses")
        thresholds = ReferenceColumns(.thresholds(ids), format: format, section: "reference.thresholds")
    }

    public func product(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) throws(BadEvent) -> ReferenceMessage<ProductPatch> {
        try products.read(key: key, value: value)
    }

    public func warehouse(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) throws(BadEvent) -> ReferenceMessage<WarehousePatch> {
        try warehouses.read(key: key, value: value)
    }

    public func threshold(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) throws(BadEvent) -> ReferenceMessage<ThresholdPatch> {
        try thresholds.read(key: key, value: value)
    }
}
