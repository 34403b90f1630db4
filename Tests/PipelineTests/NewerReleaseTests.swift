import Inventory
import Testing
import Wire

@testable import Pipeline

@Suite("State that a newer release has written to")
struct NewerReleaseTests {
    private static let alert = StateRecord.alert(Pair(packed: 1), LedgerEntry(severity: .low))
    private static let cells = StateRecord.cells(bucket: 0, [], Stamp(generation: 9, slot: 0))

    private static func barrier(_ release: String) -> StateRecord {
        .barrier(
            Barrier(
                partition: Partition(0), base: Offset(0), offset: Offset(3), highestID: nil, cellCount: 0,
                settings: "", release: release, stamp: Stamp(generation: 9, slot: 0), laneCount: 2))
    }

    /// What stops a worker that finds these records behind its own.
    /// - Parameter records: each with the version it is to be of; nil for its own.
    private func message(_ records: [(StateRecord, version: UInt8?)], foreign: Bool = false) throws -> String
    {
        let scenario = Scenario()
        let process = scenario.start()
        scenario.send("RECEIVED", 5)
        try scenario.run(process)
        scenario.kill(process)
        let state = scenario.cluster.partition(.state, 0)
        let first = state.end
        var encoder = StateEncoder()
        for (record, version) in records {
            encoder.encode(record) { key, value in
                var value = Array(value)
                value[0] = version ?? value[0]
                state.append(SimRecord(offset: 0, key: Array(key), value: value))
            }
            if foreign { state.append(SimRecord(offset: 0, key: Array("Z1".utf8), value: [1])) }
        }
        let stop = #expect(throws: WorkerStop.self) { try scenario.run(scenario.start()) }
        #expect(stop?.kind == .configuration)
        let message = stop?.message ?? ""
        #expect(message.contains("[0] at offset \(first) was written by"), "\(message)")
        return message
    }

    @Test("names the release by the barrier that follows what cannot be read", arguments: [false, true])
    func barrierBehind(_ foreign: Bool) throws {
        let message = try message(
            [(Self.cells, 9), (Self.alert, nil), (Self.barrier("0.9.0-é"), 9)], foreign: foreign)
        #expect(message.contains("by stockd 0.9.0-é in version 9 of records C"), "\(message)")
    }

    @Test("names it where its barriers can be read, too")
    func readableBarrier() throws {
        let message = try message([(Self.alert, 2), (Self.barrier("0.10.0"), nil)])
        #expect(message.contains("by stockd 0.10.0 in version 2 of records A"), "\(message)")
    }

    @Test("does not name an older release, whose barrier is the last")
    func noBarrier() throws {
        #expect(try message([(Self.alert, 2)]).contains("by a newer release of stockd in version 2"))
    }

    @Test(
        "tells which of two releases is newer",
        arguments: [
            ("0.2.0", "0.1.9", true), ("0.10.0", "0.9.0", true), ("1.0", "0.99.1", true),
            ("0.1.1", "0.1", true),
            ("0.1.0", "0.1.0", false), ("0.1.0", "0.2.0", false), ("", "0.1.0", false),
        ])
    func comparison(_ one: String, _ other: String, _ expected: Bool) {
        #expect(UnreadRecords.isNewer(one, than: other) == expected)
    }
}
