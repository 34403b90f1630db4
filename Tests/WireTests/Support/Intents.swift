import Inventory
import Wire

extension StateRecordTests {
    static let intents: [StateRecord] = [
        .intent(Intent(partition: Partition(3), part: 0, offsets: [:])),
        .intent(
            Intent(
                partition: Partition(.max), part: .max - 1,
                offsets: [Partition(0): Offset(.max), Partition(1): Offset(0)],
                alerts: [
                    Intent.Alert(
                        Pair(product: ProductID(-1), warehouse: WarehouseID(2)),
                        LedgerEntry(
                            severity: .low, incident: 8, since: Timestamp(microseconds: 9), fingerprint: 10))
                ],
                stock: [Pair(product: ProductID(.min), warehouse: WarehouseID(.max))],
                rollup: [ProductID(7), ProductID(-7)])),
    ]
}
