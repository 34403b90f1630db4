import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("What passes by itself or loses nothing does not stop the daemon")
struct PatienceTests {
    @Test("a member that died while it joined is waited for, not blamed")
    func deadJoiner() throws {
        let scenario = Scenario(partitions: 2)
        let first = scenario.start()
        scenario.send("RECEIVED", 20)
        try scenario.run(first)
        let second = scenario.start(slot: 1)
        try scenario.run(first, second, steps: 10)
        #expect(first.log.owned.count == 1)
        #expect(scenario.lines.lines.contains { $0.contains("waiting for it to leave") })
        scenario.kill(second)
        scenario.send("RECEIVED", 5)
        try scenario.run(first)
        #expect(first.log.owned.count == 2)
        #expect(try scenario.stock(first) == [1: 25])
    }

    @Test("records that change nothing are part of a checkpoint too, so that the log may forget them")
    func nothingDirty() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 1_000
        let first = scenario.start()
        scenario.send("RECEIVED", 20, id: 7)
        try scenario.run(first)
        // With this one goes a checkpoint, so that the next is due when nothing comes any more.
        scenario.send("RECEIVED", 5, id: 8)
        try scenario.run(first, steps: 5)
        #expect(scenario.cluster.groupOffsets[0] == 2)
        let input = scenario.cluster.partition(.input, 0)
        scenario.send("RECEIVED", 20, id: 7)
        scenario.sendRaw("no event")
        input.appendControl()
        try scenario.run(first)
        #expect(scenario.cluster.groupOffsets[0] == input.end)
        scenario.kill(first)
        input.trim(to: input.end)
        let second = scenario.start()
        try scenario.run(second)
        #expect(try scenario.stock(second) == [1: 25])
        #expect(scenario.deadLetters == 1)
    }

    @Test("new rules begin behind a checkpoint: what the old ones counted is not read again by them")
    func acceptedRules() throws {
        let scenario = Scenario()
        scenario.settings.checkpointIntervalMs = 1_000_000
        let first = scenario.start()
        scenario.send("RECEIVED", 20)
        scenario.send("RETURNED", 5)
        try scenario.run(first)
        scenario.kill(first)
        let old = scenario.settings.eventTypes
        let new = ["RECEIVED": 1, "RETURNED": 0, "SHIPPED": -1]
        scenario.settings.acceptsConfigChange = true
        scenario.settings.eventTypes = new
        let stop = #expect(throws: WorkerStop.self) { try scenario.run(scenario.start(slot: 1)) }
        #expect(stop?.message.contains("stop in good order") == true, "\(stop?.message ?? "")")

        scenario.settings.eventTypes = old
        let second = scenario.start(slot: 2)
        try scenario.run(second)
        second.inbox.stop()
        #expect(try second.worker.step() == false)
        scenario.kill(second)
        scenario.settings.eventTypes = new
        let third = scenario.start(slot: 3)
        scenario.send("RETURNED", 5)
        try scenario.run(third)
        #expect(try scenario.stock(third) == [1: 25])
    }

    @Test("a transaction that took too long is tried again with half of its records")
    func limit() {
        var limit = TransactionLimit()
        #expect(limit.room(10_000, after: 0) == 10_000)
        #expect(limit.isReached(1_000_000) && !limit.isReached(999_999))
        #expect(limit.isReached(1, changes: 250_000) && !limit.isReached(1, changes: 249_999))
        limit.halve(60_000)
        #expect(limit.isReached(30_000) && !limit.isReached(29_999))
        #expect(limit.room(10_000, after: 25_000) == 5_000)
        for _ in 0..<20 { limit.halve(1) }
        #expect(limit.room(10_000, after: 0) == 1)
        for _ in 0..<200 { limit.committed() }
        #expect(!limit.isReached(999_999))
    }

    @Test("a dead letter that its topic refuses gives way, a part at a time")
    func deadLetters() throws {
        let key = [UInt8](repeating: 1, count: 70_000)
        let value = [UInt8](repeating: 2, count: 300)
        func letter(_ form: DeadLetterForm) -> (key: Int?, value: Int?, headers: [String: String], Int64?) {
            key.withUnsafeBytes { key in
                value.withUnsafeBytes { value in
                    var letter = OutgoingMessage(
                        topic: .deadLetters, key: key, value: value,
                        envelope: Envelope(
                            headers: [("trace", [9]), ("__stockd.errors.reason", Array("why".utf8))],
                            timestampMs: 5))
                    form.fit(&letter)
                    let headers = letter.envelope?.headers ?? []
                    return (
                        letter.key?.count, letter.value?.count,
                        Dictionary(
                            uniqueKeysWithValues: headers.map {
                                ($0.name, String(decoding: $0.value ?? [], as: UTF8.self))
                            }), letter.envelope?.timestampMs
                    )
                }
            }
        }
        var form = DeadLetterForm()
        #expect(letter(form).key == 70_000 && letter(form).headers.count == 2)
        form.giveWay(to: .messageTooLarge)
        #expect(letter(form).key == nil && letter(form).value == 300)
        #expect(letter(form).headers["__stockd.errors.key_omitted_bytes"] == "70000")
        form.giveWay(to: .messageTooLarge)
        form.giveWay(to: .messageTooLarge)
        form.giveWay(to: .timestampRefused)
        let last = letter(form)
        #expect(last.value == nil && last.3 == nil)
        #expect(last.headers["__stockd.errors.reason"] == "why")
        #expect(last.headers["__stockd.errors.timestamp_ms"] == "5")
    }
}
