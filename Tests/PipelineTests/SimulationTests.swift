import Foundation
import Testing

@testable import Pipeline

@Suite("The whole pipeline over a simulated cluster")
struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment

    @Test("every history ends with exactly what the specification says, and every rare branch is reached")
    func everyHistoryIsExact() {
        if let seed = Self.environment["STOCKD_SIM_SEED"].flatMap({ UInt64($0) }) {
            let simulation = Simulation(seed: seed, isTracing: true)
            let problem = simulation.run()
            print(simulation.cluster.trace.joined(separator: "\n"))
            #expect(problem == nil, "seed \(seed)")
            return
        }
        let seeds = Self.environment["STOCKD_SIM_SEEDS"].flatMap { UInt64($0) } ?? 2_000
        var coverage = Coverage()
        var failures = 0
        for seed in 1...max(1, seeds) where failures < 5 {
            let simulation = Simulation(seed: seed)
            if let problem = simulation.run() {
                failures += 1
                Issue.record("STOCKD_SIM_SEED=\(seed): \(problem)")
            }
            coverage.add(simulation.cluster.coverage)
        }
        guard failures == 0, seeds >= 1_000 else { return }
        for probe in Probe.allCases {
            #expect(coverage[probe] > 0, "no history reached \(probe.rawValue)")
        }
    }
}
