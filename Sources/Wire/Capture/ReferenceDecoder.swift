public import Inventory

/// Reads the messages of a reference topic: plain rows and change data capture.
///
/// A row that does not decode throws what is wrong with it; the row that was there stays.
public struct ReferenceDecoder: Sendable {
    let format: SourceFormat

    public init(format: SourceFormat = SourceFormat()) { self.format = format }

    public func product(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) throws(BadEvent) -> ReferenceMessage<ProductID, ProductPatch> {
        do throws(ReferenceMistakes) {
            guard let value else {
                guard let key else { return .skipped(.tombstone) }
                return .change(.delete(try ReferenceRows.productID(key: key), .tombstone))
            }
            let row = try ReferenceRows.product(key: key, value: value)
            let patch = ProductPatch(
                name: row.name, category: row.category, reorderThreshold: row.reorderThreshold,
                unitPrice: row.unitPrice)
            return .change(.upsert(row.id, patch, .none))
        } catch {
            throw BadEvent(.invalidRow, error.description)
        }
    }

    public func warehouse(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) throws(BadEvent) -> ReferenceMessage<WarehouseID, WarehousePatch> {
        do throws(ReferenceMistakes) {
            guard let value else {
                guard let key else { return .skipped(.tombstone) }
                return .change(.delete(try ReferenceRows.warehouseID(key: key), .tombstone))
            }
            let row = try ReferenceRows.warehouse(key: key, value: value)
            return .change(.upsert(row.id, WarehousePatch(name: row.name, region: row.region), .none))
        } catch {
            throw BadEvent(.invalidRow, error.description)
        }
    }
}
