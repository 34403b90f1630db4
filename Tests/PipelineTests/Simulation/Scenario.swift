import Inventory
import Pipeline

/// One partition, one product in one warehouse, and faults that strike when they are told to.
final class Scenario {
    let cluster = SimCluster(seed: 1, inputs: 1, states: 1)
    var settings = PipelineSettings()
    private var lastID: Int64 = 0

    init() { settings.maxBatchEvents = 1 }

    static func catalog(threshold: Int32 = 10) -> Catalog {
        Catalog(
            products: [
                Product(id: ProductID(1), name: "Lamp", category: "Home", reorderThreshold: threshold)
            ],
            warehouses: [Warehouse(id: WarehouseID(1), name: "East", region: "R")])
    }

    func start(_ catalog: Catalog = Scenario.catalog(), slot: Int = 0) -> Simulation.Process {
        Simulation.Process(SimLog(cluster, name: "w\(slot)", slot: slot), settings, catalog)
    }

    func send(_ type: String, _ quantity: Int, warehouse: Int = 1) {
        lastID += 1
        sendRaw(
            "{\"event_id\":\(lastID),\"event_type\":\"\(type)\",\"product_id\":1,\"warehouse_id\":\(warehouse),"
                + "\"quantity\":\(quantity),\"event_time\":\(SimProducer.firstSecond + lastID)}")
    }

    func sendRaw(_ text: String) {
        cluster.partition(.input, 0).append(SimRecord(offset: 0, key: [1], value: Array(text.utf8)))
    }

    /// Fails the next so many calls of a kind.
    func fail(_ probe: Probe, times: Int = 1) { cluster.faults.scripted[probe] = times }

    /// Steps, long enough for anything to settle.
    func run(_ processes: Simulation.Process..., steps: Int = 200) throws {
        for _ in 0..<steps {
            for process in processes { _ = try process.worker.step() }
        }
    }

    func kill(_ process: Simulation.Process) {
        process.log.die()
        cluster.leave(process.log)
    }

    /// What a `read_committed` consumer of the alerts has seen: change, severity, stock and incident.
    var alerts: [String] {
        cluster.topics[.alerts]!.flatMap(\.committedRecords).map { record in
            let message = FlatJSON(record.value)
            return ["change", "alert_severity", "current_stock", "incident"]
                .map { message?[$0] ?? "-" }.joined(separator: " ")
        }
    }

    var deadLetters: Int { cluster.partition(.deadLetters, 0).committedRecords.count }
}
