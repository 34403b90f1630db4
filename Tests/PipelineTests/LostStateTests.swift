import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("A state topic that was deleted and recreated under a running worker")
struct LostStateTests {
    private func restart(_ scenario: Scenario, _ process: Simulation.Process) throws -> StopReason? {
        try scenario.run(process)
        scenario.kill(process)
        return scenario.stop(Scenario.catalog(warehouses: 40))
    }

    @Test("a recreated state topic is noticed by missing alerts, though every stock entry was written since")
    func alerts() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 0
        let process = scenario.start(Scenario.catalog(warehouses: 40))
        for warehouse in 1...40 { scenario.send("RECEIVED", 5, warehouse: warehouse) }
        try scenario.run(process)
        scenario.cluster.topics[.state] = [SimPartition()]
        for warehouse in [1, 40] { scenario.send("RECEIVED", 100, warehouse: warehouse) }
        let stop = try restart(scenario, process)
        #expect(stop?.kind == .configuration)
        #expect(
            stop?.says("counts 40 published alerts, but the topic holds 2", "--rebuild") == true,
            "\(stop?.message ?? "")")
    }

    @Test("a recreated state topic is noticed by missing stock entries")
    func entries() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 0
        let process = scenario.start(Scenario.catalog(warehouses: 40))
        for warehouse in 1...40 { scenario.send("RECEIVED", 50, warehouse: warehouse) }
        try scenario.run(process)
        scenario.cluster.topics[.state] = [SimPartition()]
        scenario.send("RECEIVED", 100, warehouse: 40)
        let stop = try restart(scenario, process)
        #expect(stop?.kind == .configuration)
        #expect(
            stop?.says("counts 40 stock entries, but the topic holds 8", "--rebuild") == true,
            "\(stop?.message ?? "")")
    }

    @Test("a recreated state topic is noticed by missing event ids")
    func ids() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 0
        let process = scenario.start(Scenario.catalog(warehouses: 40))
        for id in [1, 5_000, 9_000] as [Int64] { scenario.send("RECEIVED", 50, id: id) }
        try scenario.run(process)
        scenario.cluster.topics[.state] = [SimPartition()]
        scenario.send("RECEIVED", 50, id: 9_001)
        let stop = try restart(scenario, process)
        #expect(stop?.kind == .configuration)
        #expect(
            stop?.says("some of the remembered event ids of partition 0 that", "--rebuild") == true,
            "\(stop?.message ?? "")")
    }

    @Test("an empty recreated state topic is noticed, and a rebuild numbers incidents from 1 again")
    func empty() throws {
        let scenario = Scenario()
        let process = scenario.start()
        for (type, quantity) in [("RECEIVED", 5), ("RECEIVED", 95), ("SHIPPED", 96)] {
            scenario.send(type, quantity)
            try scenario.run(process, steps: 50)
        }
        scenario.kill(process)
        #expect(scenario.alerts.last == "RAISED LOW 4 2")
        scenario.cluster.topics[.state] = [SimPartition()]
        let stop = scenario.stop()
        #expect(stop?.kind == .configuration)
        #expect(
            stop?.says("committed offset 3", "holds no state for it", "--rebuild", "from incident 1 on")
                == true, "\(stop?.message ?? "")")
        scenario.settings.rebuilds = true
        let second = scenario.start()
        try scenario.run(second)
        #expect(try scenario.stock(second) == [1: 4])
        #expect(scenario.alerts.last == "RAISED LOW 4 1")
    }

    @Test("the state topic may hold others' tombstones under keys that begin like stockd's")
    func foreignTombstones() throws {
        let scenario = Scenario()
        for kind in ["A", "C", "E", "F", "I", "L", "M", "P", "R"] {
            let key = Array(kind.utf8) + Array(repeating: 0xFF, count: kind == "F" ? 5 : 8)
            scenario.cluster.partition(.state, 0).append(SimRecord(offset: 0, key: key, value: nil))
            scenario.cluster.partition(.state, 0)
                .append(SimRecord(offset: 0, key: Array(key.prefix(5)), value: nil))
        }
        let process = scenario.start()
        scenario.send("RECEIVED", 20)
        try scenario.run(process)
        #expect(try scenario.stock(process) == [1: 20])
    }

    @Test("a state topic that is said to be missing is asked for again, and believed gone after 30 s")
    func unknownTopic() throws {
        let scenario = Scenario()
        let state = scenario.cluster.topics[.state]
        scenario.send("RECEIVED", 5)
        scenario.cluster.topics[.state] = nil
        let process = scenario.start()
        try scenario.run(process, steps: 8)
        scenario.cluster.topics[.state] = state
        try scenario.run(process)
        #expect(try scenario.stock(process) == [1: 5])
        scenario.kill(process)
        scenario.cluster.topics[.state] = nil
        let before = scenario.cluster.nowMs
        let stop = scenario.stop()
        #expect(stop?.kind == .configuration)
        #expect(stop?.says("does not exist") == true, "\(stop?.message ?? "")")
        #expect(scenario.cluster.nowMs - before >= 30_000)
    }
}
