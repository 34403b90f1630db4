internal import Foundation
import Inventory
import Kafka
import Logging
import Notify
import Pipeline
import Wire

/// A warehouse as far as a receiver's `region` needs it.
struct RegionalWarehouse {
    /// As the alert topic has it.
    var id: String
    var region: String

    static func all(_ table: Catalog.Warehouses, _ ids: IDs) -> [RegionalWarehouse] {
        table.values.map { RegionalWarehouse(id: ids.string($0.id), region: $0.region.string) }
    }

    /// Reads the reference topic as it stands now.
    static func read(
        _ topic: PipelineSettings.ReferenceTopic, _ ids: IDs, _ client: ClientSettings, _ admin: Admin,
        _ logger: Logger
    ) throws(StopReason) -> [RegionalWarehouse] {
        let scan = TopicScan(client, admin, topic.name)
        guard let ranges = try scan.bounds() else { return [] }
        let decoder = ReferenceDecoder(format: topic.format, ids: ids)
        var tables = FollowedTables(ids)
        try scan.forEach(in: ranges) { (record) throws(StopReason) in
            do throws(BadEvent) {
                _ = try tables.apply(key: record.key, value: record.value, of: .warehouses, decoder) { _ in }
            } catch {
                // The daemon counts it and sends it to the dead letters.
                logger.debug("\(topic.name)[\(record.partition)]@\(record.offset) is no row: \(error.message)")
            }
        }
        return all(tables.warehouses.rows, ids)
    }
}

extension Policy {
    /// Leaves out warehouses of other regions; no regions mean all.
    mutating func restrict(to regions: [String], of warehouses: [RegionalWarehouse]) {
        guard !regions.isEmpty else { return }
        let there = warehouses.filter { regions.contains($0.region) }.map(\.id)
        filter.warehouses = filter.warehouses?.intersection(there) ?? Set(there)
    }
}
