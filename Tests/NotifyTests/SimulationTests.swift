import Foundation
import Testing

struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment

    @Test("whatever fails and is killed, in the end every receiver shows what stands")
    func histories() {
        if let seed = Self.environment["STOCKD_SIM_SEED"].flatMap({ UInt64($0) }) {
            var simulation = NotifySimulation(seed: seed, isTraced: true)
            simulation.run(steps: 60)
            #expect(simulation.problems.isEmpty)
            return
        }
        let seeds = Self.environment["STOCKD_SIM_SEEDS"].flatMap { UInt64($0) } ?? 1_000
        var notifications = 0
        for seed in 1...seeds {
            var simulation = NotifySimulation(seed: seed)
            simulation.run(steps: 60)
            notifications += simulation.notifications
            guard simulation.problems.isEmpty else {
                Issue.record("STOCKD_SIM_SEED=\(seed): \(simulation.problems.prefix(3).joined(separator: "; "))")
                return
            }
        }
        #expect(notifications > seeds)
    }
}
