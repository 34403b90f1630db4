import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("Rejected reference rows")
struct ReferenceRejectedTests {
    private static let files = Scenario.catalog()

    /// A worker has sent one rejected row to the dead letters and died.
    private func stocked(_ keyedBy: KeyedBy) throws -> Scenario {
        let scenario = Scenario(partitions: 2)
        scenario.settings.keyedBy = keyedBy
        scenario.settings.referenceTopics = [.products: .init(name: "products")]
        reject(scenario)
        let process = scenario.start(Self.files)
        scenario.send("RECEIVED", 5)
        try scenario.run(process)
        #expect(scenario.deadLetters == 1)
        #expect(sent(scenario) == [1])
        scenario.kill(process)
        return scenario
    }

    private func reject(_ scenario: Scenario) {
        scenario.cluster.partition(.reference(.products), 0).append(
            SimRecord(offset: 0, key: Array("1".utf8), value: Array("no row".utf8)))
    }

    /// The offsets up to which the state topic says rejected rows were sent.
    private func sent(_ scenario: Scenario) -> [Int64] {
        scenario.standing.flatMap(\.values).compactMap { record in
            if case .referenceRejected(.products, Partition(0), let offset) = record {
                offset.rawValue
            } else {
                nil
            }
        }
    }

    @Test("rejected reference rows are sent once, whoever reads them next", arguments: [KeyedBy.none, .product])
    func restarted(_ keyedBy: KeyedBy) throws {
        let scenario = try stocked(keyedBy)
        let second = scenario.start(Self.files)
        try scenario.run(second)
        #expect(scenario.deadLetters == 1)
        reject(scenario)
        try scenario.run(second)
        #expect(scenario.deadLetters == 2)
        #expect(sent(scenario) == [2])
    }

    @Test(
        "rejected reference rows are not sent again by a rebuild, nor by whoever starts after it",
        arguments: [KeyedBy.none, .product], [KeyedBy.none, .product])
    func rebuilt(_ before: KeyedBy, _ after: KeyedBy) throws {
        let scenario = try stocked(before)
        scenario.settings.keyedBy = after
        scenario.settings.rebuilds = true
        let second = scenario.start(Self.files)
        try scenario.run(second, steps: 400)
        #expect(scenario.deadLetters == 1)
        #expect(sent(scenario) == [1])
        scenario.kill(second)
        scenario.settings.rebuilds = false
        reject(scenario)
        let third = scenario.start(Self.files)
        try scenario.run(third)
        #expect(scenario.deadLetters == 2, "the new one alone")
        #expect(sent(scenario) == [2])
    }

    @Test("without a dead-letter topic, a rejected reference row is logged once")
    func noDeadLetterTopic() throws {
        let scenario = Scenario()
        scenario.settings.referenceTopics = [.products: .init(name: "products")]
        scenario.settings.hasDeadLetterTopic = false
        reject(scenario)
        for _ in 0..<2 {
            let process = scenario.start(Self.files)
            try scenario.run(process)
            scenario.kill(process)
        }
        #expect(scenario.deadLetters == 0)
        #expect(scenario.lines.lines.count { $0.contains("row of products") } == 1, "\(scenario.lines.lines)")
        #expect(sent(scenario) == [1])
    }

    @Test("a rebuild sends the rejected reference rows that came while nobody ran, once")
    func newDuringRebuild() throws {
        let scenario = try stocked(.none)
        reject(scenario)
        scenario.settings.rebuilds = true
        let second = scenario.start(Self.files)
        scenario.fail(.commitFailed)
        try scenario.run(second, steps: 400)
        #expect(scenario.deadLetters == 2)
        #expect(sent(scenario) == [2])
    }
}
