import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("A changed input.keyed_by without transactions")
struct CutOffRelayoutTests {
    private static let catalog = Scenario.catalog(warehouses: 40)
    /// With it seven alerts of the first product resolve and two ease.
    private static let newer = Scenario.catalog(threshold: 3, warehouses: 40)

    /// What the newest message of each pair of product and warehouse says.
    private static func standing(_ scenario: Scenario) -> [String: String] {
        var standing: [String: String] = [:]
        for record in scenario.cluster.topics[.alerts]!.flatMap(\.committedRecords) {
            let message = FlatJSON(record.value)
            let pair = (message?["product_id"] ?? "") + " " + (message?["warehouse_id"] ?? "")
            standing[pair] = message?["alert_severity"]
        }
        return standing
    }

    private static var expected: [String: String] {
        var expected = ["1 1": "LOW", "1 2": "WARNING"]
        for warehouse in 1...9 {
            expected["2 \(warehouse)"] =
                warehouse < 3 ? "CRITICAL" : warehouse < 6 ? "LOW" : "WARNING"
        }
        return expected
    }

    /// Two products in two partitions with alerts in nine warehouses each, and a worker with another
    /// `input.keyed_by` that dies after so many calls. What was there before the first start is not counted.
    private static func cutOff(
        _ keyedBy: PipelineSettings.KeyedBy, after calls: Int
    ) throws -> Scenario {
        let scenario = Scenario(partitions: 2)
        scenario.settings.maxBatchEvents = 100
        scenario.settings.keyedBy = keyedBy
        scenario.settings.delivery = .atLeastOnce
        scenario.settings.start = .latest
        scenario.settings.outputs.stockLevels = true
        for product in 1...2 { scenario.send("RECEIVED", 1_000, product: product) }
        let first = scenario.start(catalog)
        try scenario.run(first)
        for warehouse in 1...20 {
            for product in 1...2 {
                scenario.send("RECEIVED", warehouse, product: product, warehouse: warehouse)
            }
        }
        try scenario.run(first, steps: 300)
        scenario.kill(first)
        #expect(scenario.alerts.count == 18)
        scenario.settings.keyedBy = RelayoutTests.other(keyedBy)
        scenario.settings.rebuilds = true
        // Of what is not waited for some partitions' messages are sent, at a kill others' not.
        scenario.cluster.faults.lazySends = [0, 500, 1_000][calls / 3 % 3]
        let dying = scenario.start(catalog)
        dying.log.callsToLive = calls
        do { try scenario.run(dying, steps: 600) } catch { #expect(dying.log.isDead) }
        scenario.cluster.faults.lazySends = 0
        scenario.kill(dying)
        scenario.cluster.advance(20_000)
        return scenario
    }

    @Test(
        "that was cut off at any instant is finished by the next start, and no alert is lost or raised again",
        arguments: [PipelineSettings.KeyedBy.none, .product])
    func finished(_ keyedBy: PipelineSettings.KeyedBy) throws {
        for calls in stride(from: 5, through: 500, by: 3) {
            let scenario = try Self.cutOff(keyedBy, after: calls)
            let next = scenario.start(Self.newer)
            try scenario.run(next, steps: 800)
            #expect(Self.standing(scenario) == Self.expected, "after \(calls) calls")
            #expect(scenario.alerts.count { $0.hasPrefix("RAISED") } == 18, "after \(calls) calls")
            let stock = Dictionary(uniqueKeysWithValues: (1...20).map { (Int32($0), Int64($0)) })
            #expect(try scenario.stock(next) == stock, "after \(calls) calls")
            #expect(try scenario.stock(next, product: 2) == stock, "after \(calls) calls")
            scenario.kill(next)
            scenario.settings.rebuilds = false
            let third = scenario.start(Self.newer)
            try scenario.run(third, steps: 400)
            #expect(scenario.alerts.count { $0.hasPrefix("RAISED") } == 18, "after \(calls) calls")
            #expect(Self.standing(scenario) == Self.expected, "after \(calls) calls")
        }
    }

    @Test(
        "that was cut off and is given up stops the worker, unless nothing of it is missing",
        arguments: [PipelineSettings.KeyedBy.none])
    func givenUp(_ keyedBy: PipelineSettings.KeyedBy) throws {
        var (right, stopped) = (0, 0)
        for calls in stride(from: 5, through: 500, by: 3) {
            let scenario = try Self.cutOff(keyedBy, after: calls)
            scenario.settings.rebuilds = false
            scenario.settings.keyedBy = keyedBy
            let next = scenario.start(Self.newer)
            do {
                try scenario.run(next, steps: 800)
                right += 1
                #expect(Self.standing(scenario) == Self.expected, "after \(calls) calls")
                #expect(scenario.alerts.count { $0.hasPrefix("RAISED") } == 18, "after \(calls) calls")
            } catch {
                stopped += 1
                let stop = error as? WorkerStop
                #expect(stop?.kind == .configuration, "\(error)")
                #expect(stop?.message.contains("--rebuild") == true, "\(error)")
            }
        }
        #expect(right > 10 && stopped > 10, "\(right) and \(stopped)")
    }
}
