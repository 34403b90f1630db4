import Inventory
import Pipeline
import TestSupport
import Wire

/// By default one partition and one product in one warehouse; faults strike only when scripted.
final class Scenario {
    let cluster: SimCluster
    var settings = PipelineSettings()
    /// What the workers log.
    let lines = LineLog()
    private var lastID: Int64 = 0

    init(partitions: Int = 1) {
        cluster = SimCluster(seed: 1, inputs: partitions, states: partitions)
        settings.maxBatchEvents = 1
    }

    static func catalog(
        threshold: Int32 = 10, warehouses: Int32 = 1, secondThreshold: Int32 = 10
    ) -> Catalog {
        Catalog(
            products: [
                Product(id: ProductID(1), name: "Lamp", category: "Home", reorderThreshold: threshold),
                Product(id: ProductID(2), name: "Desk", category: "Home", reorderThreshold: secondThreshold),
            ],
            warehouses: (1...warehouses).map {
                Warehouse(id: WarehouseID($0), name: "Warehouse \($0)", region: "R")
            })
    }

    func start(_ catalog: Catalog = Scenario.catalog(), slot: Int = 0) -> Simulation.Process {
        Simulation.Process(SimSession(cluster, name: "w\(slot)", slot: slot), settings, catalog, lines)
    }

    func send(_ type: String, _ quantity: Int, product: Int = 1, warehouse: Int = 1, id: Int64? = nil) {
        lastID = id ?? lastID + 1
        sendRaw(
            "{\"event_id\":\(lastID),\"event_type\":\"\(type)\",\"product_id\":\(product),"
                + "\"warehouse_id\":\(warehouse),"
                + "\"quantity\":\(quantity),\"event_time\":\(SimProducer.firstSecond + lastID)}",
            to: (product - 1) % cluster.topics[.input]!.count)
    }

    func sendRaw(_ text: String, to partition: Int = 0) {
        let record = SimRecord(
            offset: 0, key: [1], value: Array(text.utf8), timestampMs: cluster.nowMs)
        cluster.partition(.input, partition).append(record)
    }

    /// Lets a fault strike at the next so many opportunities.
    func fail(_ probe: Probe, times: Int = 1) { cluster.faults.scripted[probe] = times }

    /// Runs the workers, by default long enough for everything to settle.
    func run(_ processes: Simulation.Process..., steps: Int = 200) throws {
        for _ in 0..<steps {
            for process in processes { _ = try process.worker.step() }
        }
    }

    func kill(_ process: Simulation.Process) {
        process.session.die()
        cluster.leave(process.session)
    }

    /// The alerts that a `read_committed` consumer has read: change, severity, stock and incident.
    var alerts: [String] {
        cluster.topics[.alerts]!.flatMap(\.committedRecords).map { record in
            let message = FlatJSON(record.value)
            return ["change", "alert_severity", "current_stock", "incident"]
                .map { message?[$0] ?? "-" }.joined(separator: " ")
        }
    }

    /// A product's stock by warehouse, from the worker's views.
    func stock(_ process: Simulation.Process, product: Int32 = 1) throws -> [Int32: Int64] {
        for _ in 0..<10 { _ = try process.worker.step() }
        let rows = (process.reader.store.snapshot().workers[0]?.stock ?? []).filter {
            $0.product.id == ProductID(product)
        }
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.warehouse.id.rawValue, $0.currentStock) })
    }

    /// Writes a record into the state topic as if a worker had.
    func store(_ record: StateRecord) {
        var encoder = StateEncoder()
        encoder.encode(record) { key, value in
            cluster.partition(.state, 0).append(SimRecord(offset: 0, key: Array(key), value: Array(value)))
        }
    }

    /// The newest record of each key of the state topic, without deleted ones.
    var stored: [StateRecord] {
        var newest: [[UInt8]: StateRecord] = [:]
        for record in cluster.partition(.state, 0).committedRecords {
            if let key = record.key { newest[key] = CommitChecker.read(record) }
        }
        return Array(newest.values)
    }

    var deadLetters: Int { cluster.partition(.deadLetters, 0).committedRecords.count }
}
