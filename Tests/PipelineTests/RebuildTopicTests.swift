import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("A changed input.topic")
struct RebuildTopicTests {
    /// A worker counts 20 units and ships 12; then a new topic with so many partitions is the input.
    private func stocked(_ keyedBy: KeyedBy = .none, partitions: Int = 2) throws -> Scenario {
        let scenario = Scenario(partitions: 2)
        scenario.settings.keyedBy = keyedBy
        scenario.settings.checkpointIntervalMs = 0
        let process = scenario.start()
        scenario.send("RECEIVED", 20)
        scenario.send("SHIPPED", 12)
        scenario.send("RECEIVED", 3, product: 2)
        try scenario.run(process)
        scenario.kill(process)
        #expect(scenario.alerts.sorted() == ["RAISED LOW 3 1", "RAISED WARNING 8 1"])
        scenario.settings.inputTopic = "orders-2"
        scenario.cluster.replaceInput(partitions: partitions)
        return scenario
    }

    @Test(
        "a changed input.topic stops the worker, which names --rebuild, whatever was accepted",
        arguments: [KeyedBy.none, .product], [false, true])
    func stops(_ keyedBy: KeyedBy, _ accepts: Bool) throws {
        let scenario = try stocked(keyedBy)
        scenario.settings.acceptsConfigChange = accepts
        scenario.send("SHIPPED", 5, id: 2)
        let commits = scenario.cluster.commits.count
        let stop = scenario.stop(steps: 600)
        #expect(stop?.kind == .configuration)
        #expect(
            stop?.says("input.topic=order-events became orders-2", "--rebuild") == true,
            "\(stop?.message ?? "")")
        #expect(stop?.says("--accept-config-change") == false, "\(stop?.message ?? "")")
        #expect(scenario.cluster.commits.count == commits)
    }

    @Test("a rebuild from a topic with fewer partitions leaves nothing of the others behind")
    func fewer() throws {
        let scenario = try stocked(partitions: 1)
        scenario.settings.rebuilds = true
        scenario.send("RECEIVED", 3, product: 2)
        let process = scenario.start()
        try scenario.run(process, steps: 400)
        scenario.kill(process)
        let inputs = scenario.standing.flatMap(\.keys).compactMap { key in
            switch key {
            case .checkpoint(let input), .position(let input), .ids(let input, _, _): input.rawValue
            default: nil
            }
        }
        #expect(Set(inputs) == [0])
        scenario.settings.rebuilds = false
        let third = scenario.start()
        scenario.send("SHIPPED", 3, product: 2)
        try scenario.run(third)
        #expect(try scenario.stock(third, product: 2) == [1: 0])
        #expect(scenario.alerts.contains("ESCALATED OUT_OF_STOCK 0 1"))
    }

    @Test("a rebuild from a new topic works though the old one had events behind the last checkpoint")
    func notStoppedInOrder() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 1_000_000
        let process = scenario.start()
        try scenario.run(process)
        scenario.send("RECEIVED", 5)
        try scenario.run(process)
        scenario.kill(process)
        #expect(scenario.alerts == ["RAISED WARNING 5 1"] || scenario.alerts == ["RAISED LOW 5 1"])
        scenario.settings.inputTopic = "orders-2"
        scenario.cluster.replaceInput(partitions: 1)
        scenario.settings.rebuilds = true
        let second = scenario.start()
        try scenario.run(second, steps: 400)
        #expect(scenario.alerts.last == "RESOLVED - - 1")
        scenario.send("RECEIVED", 2)
        try scenario.run(second)
        #expect(scenario.alerts.last == "RAISED CRITICAL 2 2")
        #expect(try scenario.stock(second) == [1: 2])
    }

    @Test("a rebuild from a new topic publishes one difference for each pair")
    func rebuilt() throws {
        let scenario = try stocked()
        // No event of product 2 is here; product 1 passes through several levels; one event is bad.
        for quantity in [1, 3, 4] { scenario.send("RECEIVED", quantity) }
        scenario.sendRaw("{not an event")
        scenario.settings.rebuilds = true
        let process = scenario.start()
        try scenario.run(process, steps: 400)
        #expect(scenario.alerts.count == 3)
        #expect(scenario.alerts.contains("RESOLVED - - 1"), "no log holds the other product any more")
        scenario.send("RECEIVED", 0)
        try scenario.run(process)
        #expect(scenario.deadLetters == 1, "nobody had read it before")
        #expect(scenario.lines.lines.contains { $0.contains("differed=2 logged=2 pairs=2 ") })
        #expect(try scenario.stock(process) == [1: 8])
        scenario.kill(process)
        scenario.settings.rebuilds = false
        let third = scenario.start()
        scenario.send("RECEIVED", 1, product: 2)
        try scenario.run(third)
        #expect(scenario.alerts.contains("RAISED CRITICAL 1 2"), "its incidents count on")
        #expect(scenario.deadLetters == 1)
    }

    @Test("a rebuild from a new topic counts events whose ids the old topic had, too")
    func ownIDs() throws {
        let scenario = try stocked()
        scenario.send("RECEIVED", 4, id: 1)
        scenario.send("RECEIVED", 4, id: 1)
        scenario.settings.rebuilds = true
        let process = scenario.start()
        try scenario.run(process, steps: 400)
        #expect(try scenario.stock(process) == [1: 4])
    }

    @Test("a rebuild can change input.topic and input.keyed_by together", arguments: [KeyedBy.none, .product])
    func otherKeying(_ keyedBy: KeyedBy) throws {
        let scenario = try stocked(keyedBy)
        scenario.settings.keyedBy = RebuildKeyingTests.other(keyedBy)
        let stop = scenario.stop()
        #expect(stop?.says("input.keyed_by=\(keyedBy)", "input.topic=", "--rebuild") == true)
        scenario.send("RECEIVED", 8)
        scenario.send("RECEIVED", 1, product: 2)
        scenario.settings.rebuilds = true
        let process = scenario.start()
        try scenario.run(process, steps: 400)
        #expect(try scenario.stock(process) == [1: 8] && scenario.stock(process, product: 2) == [1: 1])
        #expect(scenario.alerts.count == 3 && scenario.alerts.contains("ESCALATED CRITICAL 1 1"))
        RebuildKeyingTests.checkPlacement(scenario)
    }

    @Test("a rebuild from a new topic sends dead letters from the group's committed offset on")
    func deadLettersOnce() throws {
        let scenario = try stocked()
        scenario.sendRaw("{rejected before")
        scenario.sendRaw("{rejected for the first time")
        scenario.cluster.groupOffsets = [0: 1]
        scenario.settings.rebuilds = true
        try scenario.run(scenario.start(), steps: 400)
        #expect(scenario.deadLetters == 1)
    }

    @Test(
        "a product that the new topic lacks counts its incidents on in whichever partition it returns",
        arguments: [0, 1])
    func forgotten(_ partition: Int) throws {
        let scenario = try stocked(.product)
        scenario.send("RECEIVED", 4)
        scenario.settings.rebuilds = true
        let process = scenario.start()
        try scenario.run(process, steps: 400)
        #expect(scenario.alerts.suffix(2).sorted() == ["ESCALATED LOW 4 1", "RESOLVED - - 1"].sorted())
        scenario.send("RECEIVED", 1, product: 2, id: 99, to: partition)
        try scenario.run(process)
        #expect(scenario.alerts.contains("RAISED CRITICAL 1 2"))
        scenario.kill(process)
        scenario.settings.rebuilds = false
        let third = scenario.start()
        try scenario.run(third)
        #expect(scenario.alerts.count == 5)
        // An event in the other partition as well contradicts keyed by product.
        scenario.send("RECEIVED", 1, product: 2, id: 100, to: 1 - partition)
        let stop = #expect(throws: StopReason.self) { try scenario.run(third, steps: 600) }
        let partitions = "\(partition) and \(1 - partition)"
        #expect(stop?.kind == .configuration)
        #expect(stop?.says("product 2 is in partitions \(partitions)") == true, "\(stop?.message ?? "")")
    }

    @Test(
        "further rebuilds from a new topic forget no incident, in whichever partition it goes on",
        arguments: [0, 1])
    func rebuiltTwice(_ partition: Int) throws {
        let scenario = try stocked(.product)
        scenario.settings.rebuilds = true
        for _ in 0..<3 {
            let process = scenario.start()
            try scenario.run(process, steps: 400)
            scenario.kill(process)
        }
        #expect(scenario.alerts.count == 4, "\(scenario.alerts)")
        scenario.settings.rebuilds = false
        let process = scenario.start()
        scenario.send("RECEIVED", 2, product: 1, id: 50, to: partition)
        try scenario.run(process, steps: 400)
        #expect(scenario.alerts.last == "RAISED CRITICAL 2 2", "\(scenario.alerts)")
    }
}
