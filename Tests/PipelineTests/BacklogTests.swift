import Inventory
import Testing

@testable import Pipeline

@Suite("A backlog that does not end")
struct BacklogTests {
    @Test("a worker on an endless backlog adopts reference tables and publishes views between transactions")
    func betweenTransactions() throws {
        let scenario = Scenario()
        scenario.settings.maxBatchEvents = 100
        scenario.settings.commitIntervalMs = 5
        scenario.settings.gatheringPerWait = 9
        let process = scenario.start()
        try scenario.run(process)
        for _ in 0..<3_000 { scenario.send("RECEIVED", 1) }
        func play(commits: Int) throws {
            let wanted = scenario.cluster.commits.count + commits
            while scenario.cluster.commits.count < wanted {
                _ = try process.worker.step()
                try #require(
                    scenario.cluster.commits.count >= wanted || process.session.hasMore, "the backlog ended")
            }
        }
        try play(commits: 3)
        let published = process.reader.store.publishing.count
        process.inbox.adopt(Scenario.catalog(threshold: 100_000))
        try play(commits: 3)
        #expect(process.session.hasMore, "the backlog is still there")
        #expect(scenario.cluster.coverage[.polledDuringCommit] > 0)
        #expect(process.worker.reference.catalog.products[ProductID(1)]?.reorderThreshold == 100_000)
        #expect(scenario.alerts.last?.hasPrefix("RAISED CRITICAL") == true, "\(scenario.alerts)")
        scenario.cluster.advance(100)
        try play(commits: 2)
        #expect(process.session.hasMore, "the backlog is still there")
        #expect(process.reader.store.publishing.count > published)
    }
}
