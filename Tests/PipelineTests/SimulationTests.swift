import Foundation
import Testing

@testable import Pipeline

@Suite("The whole pipeline over a simulated cluster")
struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment

    /// The end of the history again, traced. The order of a dictionary differs from run to run unless
    /// SWIFT_DETERMINISTIC_HASHING is set, so a few attempts are made.
    private static func lastSteps(_ seed: UInt64) -> String {
        for _ in 0..<20 {
            let simulation = Simulation(seed: seed, isTracing: true)
            guard let problem = simulation.run() else { continue }
            return simulation.cluster.trace.suffix(40).joined(separator: "\n") + "\n" + problem
        }
        return "It depends on the order of a dictionary: set SWIFT_DETERMINISTIC_HASHING=1 for both runs."
    }

    @Test("every history ends with exactly what the specification says, and every rare branch is reached")
    func everyHistoryIsExact() {
        if let seed = Self.environment["STOCKD_SIM_SEED"].flatMap({ UInt64($0) }) {
            let simulation = Simulation(seed: seed, isTracing: true)
            let problem = simulation.run()
            print(simulation.cluster.trace.joined(separator: "\n"))
            if let problem { Issue.record("seed \(seed): \(problem)") }
            return
        }
        let seeds = Self.environment["STOCKD_SIM_SEEDS"].flatMap { UInt64($0) } ?? 2_000
        var coverage = Coverage()
        var failures = 0
        for seed in 1...max(1, seeds) where failures < 5 {
            let simulation = Simulation(seed: seed)
            if let problem = simulation.run() {
                failures += 1
                Issue.record("STOCKD_SIM_SEED=\(seed): \(problem)\n\(Self.lastSteps(seed))")
            }
            coverage.add(simulation.cluster.coverage)
        }
        for probe in Probe.allCases where coverage[probe] < 20 {
            print("RARE", probe.rawValue, coverage[probe])
        }
        guard failures == 0, seeds >= 1_000 else { return }
        for probe in Probe.allCases {
            #expect(coverage[probe] > 0, "no history reached \(probe.rawValue)")
        }
    }
}
