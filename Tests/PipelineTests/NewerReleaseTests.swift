import Inventory
import Testing

@testable import Pipeline
@testable import Wire

@Suite("State that a newer release has written to")
struct NewerReleaseTests {
    private static let alert = StateRecord.alert(Pair(rawValue: 1), PublishedAlert(level: .low))
    private static let entries = StateRecord.entries(bucket: 0, [])

    private static func checkpoint(_ release: String) -> StateRecord {
        .checkpoint(
            CheckpointRecord(
                partition: Partition(0), base: Offset(0), offset: Offset(3),
                dedupe: DedupeSummary(seed: 1, number: 1, currentCount: 0, previousCount: 0), settings: "",
                release: release))
    }

    /// The error of a worker that finds these records behind its own.
    /// - Parameter records: each with the version to write it in; nil for the current one.
    private func message(
        _ records: [(StateRecord, version: UInt8?)], foreign: Bool = false, rebuilds: Bool = false
    ) throws -> String {
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
        scenario.settings.rebuilds = rebuilds
        scenario.settings.release = "0.1.0"
        let stop = scenario.stop()
        #expect(stop?.kind == .configuration)
        let message = stop?.message ?? ""
        #expect(message.contains("[0] at offset \(first) was written by"), "\(message)")
        return message
    }

    @Test(
        "the error names the release of the checkpoint record that follows an unreadable state record",
        arguments: [false, true])
    func checkpointBehind(_ foreign: Bool) throws {
        let message = try message(
            [(Self.entries, 9), (Self.alert, nil), (Self.checkpoint("0.9.0-é"), 9)], foreign: foreign)
        #expect(message.contains("by stockd 0.9.0-é in version 9 of records E"), "\(message)")
        #expect(message.contains("which stockd 0.1.0 does not read. Run that release"), "\(message)")
    }

    @Test("the error names a newer release also where its checkpoint record can be read")
    func readableCheckpoint() throws {
        let message = try message([(Self.alert, 2), (Self.checkpoint("0.10.0"), nil)])
        #expect(message.contains("by stockd 0.10.0 in version 2 of records A"), "\(message)")
    }

    @Test("the error does not name this release, though its checkpoint record is the last")
    func noCheckpoint() throws {
        #expect(try message([(Self.alert, 2)]).contains("by a newer release of stockd in version 2"))
    }

    @Test("not even a rebuild reads state that a newer release has written")
    func rebuild() throws {
        let message = try message([(Self.alert, 2), (Self.checkpoint("0.2.0"), 2)], rebuilds: true)
        #expect(message.contains("by stockd 0.2.0 in version 2 of records A"), "\(message)")
    }

    @Test("a topic of another application is not taken for state of a newer release")
    func foreign() throws {
        let scenario = Scenario()
        scenario.cluster.partition(.state, 0).append(
            SimRecord(offset: 0, key: Array("user-17".utf8), value: Array("{}".utf8)))
        let stop = scenario.stop()
        #expect(stop?.kind == .configuration)
        #expect(
            stop?.says("[0] at offset 0 is not", "Set state.topic") == true, "\(stop?.message ?? "")")
    }

    @Test(
        "releases are compared by their numbers, not as text",
        arguments: [
            ("0.2.0", "0.1.9", true), ("0.10.0", "0.9.0", true), ("1.0", "0.99.1", true),
            ("0.1.1", "0.1", true),
            ("0.1.0", "0.1.0", false), ("0.1.0", "0.2.0", false), ("", "0.1.0", false),
        ])
    func comparison(_ one: String, _ other: String, _ expected: Bool) {
        #expect(UnreadRecords.isNewer(one, than: other) == expected)
    }
}
