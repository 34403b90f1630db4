import Foundation
import Testing

struct SimulationTests {
    private static let seeds = UInt64(ProcessInfo.processInfo.environment["STOCKD_SIM_SEEDS"] ?? "") ?? 1_000
    private static let first = UInt64(ProcessInfo.processInfo.environment["STOCKD_SIM_FIRST"] ?? "") ?? 0

    @Test("whatever fails and is killed, in the end every receiver shows what stands")
    func histories() {
        var notifications = 0
        for seed in Self.first..<Self.first + Self.seeds {
            var simulation = NotifySimulation(seed: seed)
            simulation.run(steps: 60)
            notifications += simulation.notifications
            #expect(
                simulation.problems.isEmpty, "seed \(seed): \(simulation.problems.prefix(3).joined(separator: "; "))")
            if !simulation.problems.isEmpty { return }
        }
        #expect(notifications > Self.seeds)
    }
}
