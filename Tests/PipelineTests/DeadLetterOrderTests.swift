import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("Dead letters of a worker")
struct DeadLetterOrderTests {
    private static func offsets(_ scenario: Scenario) -> [Int64] {
        scenario.cluster.partition(.deadLetters, 0).committedRecords.compactMap { record in
            let header = record.headers.first { $0.name == "__stockd.errors.offset" }
            return header?.value.flatMap { Int64(String(decoding: $0, as: UTF8.self)) }
        }
    }

    @Test("dead letters of overflows and of unreadable events keep the order of the input")
    func order() throws {
        let scenario = Scenario()
        scenario.settings.dedupeWindow = 0
        try scenario.fillUp()
        scenario.settings.maxBatchEvents = 100
        scenario.settings.commitIntervalMs = 1_000_000
        for _ in 0..<20 {
            scenario.send("RECEIVED", 10)
            scenario.sendRaw("no event")
        }
        let second = scenario.start()
        try scenario.run(second)
        #expect(Self.offsets(scenario) == Array(1...40))
        #expect(try scenario.stock(second) == [1: .max - 5])
    }

    /// The topic takes no more than 64 KiB.
    @Test("a dead letter that its topic rejects is sent again without the part that was too large")
    func tooLarge() throws {
        let scenario = Scenario()
        scenario.settings.maxBatchEvents = 10
        scenario.settings.commitIntervalMs = 1_000_000
        let process = scenario.start()
        try scenario.run(process)
        let value = String(repeating: "x", count: 70_000)
        for _ in 0..<40 { scenario.sendRaw(value) }
        for _ in 0..<100 where process.worker.transaction == nil { try scenario.run(process, steps: 1) }
        #expect(process.worker.transaction?.deadLetters ?? 0 > 0)
        try process.worker.handle(.mustAbort("too large", reason: .messageTooLarge))
        #expect(process.worker.deadLetterLimits.limit == 65_536)
        try scenario.run(process)
        let letters = scenario.cluster.partition(.deadLetters, 0).committedRecords
        #expect(letters.count == 40)
        #expect(
            letters.allSatisfy { letter in
                letter.value == nil
                    && letter.headers.contains { $0.name == "__stockd.errors.value_omitted_bytes" }
            })
    }

    @Test("a rejected transaction without dead letters does not lower the limit of dead letters")
    func notToBlame() throws {
        let scenario = Scenario()
        scenario.settings.maxBatchEvents = 10
        scenario.settings.commitIntervalMs = 1_000_000
        let process = scenario.start()
        try scenario.run(process)
        for _ in 0..<40 { scenario.send("RECEIVED", 1) }
        for _ in 0..<100 where process.worker.transaction == nil { try scenario.run(process, steps: 1) }
        #expect(process.worker.transaction?.records ?? 0 > 0)
        try process.worker.handle(.mustAbort("too large", reason: .messageTooLarge))
        #expect(process.worker.deadLetterLimits.limit == .max)
    }
}
