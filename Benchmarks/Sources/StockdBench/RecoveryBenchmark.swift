import AllocationCounter
import BenchmarkInput
import Foundation
import Inventory
import Logging
import Pipeline
import Wire

/// The daemon's own recovery of a whole state, and the memory it leaves taken: the resident set with the state
/// over the one without, in a process of its own.
enum RecoveryBenchmark {
    /// Writes the state of so many pairs to a file and has a child recover it.
    static func run(pairs: Int) throws -> Measurement {
        let path = NSTemporaryDirectory() + "/stockd-bench-state-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try write(pairs: pairs, to: path)
        return try Child.run(["--child", "recovery", "--pairs", "\(pairs)", "--topic", path])
    }

    private static func write(pairs: Int, to path: String) throws {
        var aggregate = Aggregate(
            inputs: 1, dedupeWindow: PipelineSettings().dedupeWindow, catalog: EventText.catalog(pairs: pairs)
        )
        let text = EventText(events: pairs, pairs: pairs, stocking: true)
        _ = MicroBenchmarks.apply(text, to: &aggregate, EventDecoder())
        guard let file = fopen(path, "w") else { throw BenchFailure("cannot write \(path)") }
        defer { fclose(file) }
        var encoder = StateEncoder()
        func put(_ record: StateRecord) {
            encoder.encode(record) { key, value in
                var sizes = (UInt32(key.count), UInt32(value.count))
                fwrite(&sizes, 8, 1, file)
                fwrite(key.baseAddress, key.count, 1, file)
                fwrite(value.baseAddress, value.count, 1, file)
            }
        }
        let counts = aggregate.checkpointCounts
        aggregate.forEachDirtyPart { part in
            switch part {
            case .entries(let bucket, let entries): put(.entries(bucket: bucket, entries))
            case .ids(_, let bucket): put(.ids(Partition(0), bucket))
            case .movements: break
            }
        }
        // Every twentieth pair has had an alert.
        for place in stride(from: 0, to: aggregate.pairCount, by: 20) {
            put(.alert(aggregate.pair(at: place), PublishedAlert(incident: 1)))
        }
        put(
            .checkpoint(
                CheckpointRecord(
                    partition: Partition(0), base: Offset(0), offset: Offset(Int64(text.count)),
                    pairs: UInt32(counts.pairs), dedupe: counts.dedupe[0],
                    settings: PipelineSettings().fingerprint, release: "bench")))
        put(.position(Partition(0), Offset(Int64(text.count))))
    }

    static func measure(pairs: Int, path: String) throws -> Measurement {
        let telemetry = Telemetry(logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
        let session = StoredSession(path: path, inputEnd: Offset(Int64(pairs)))
        let worker = Worker(
            session: session, settings: PipelineSettings(), catalog: EventText.catalog(pairs: pairs),
            inbox: WorkerInbox(), telemetry: telemetry)
        let before = ProcessMemory.residentBytes
        let (wall, cpu) = (wall_ns(), process_cpu_ns())
        while !telemetry.snapshot.isRunning { _ = try worker.step() }
        let (wallTook, cpuTook) = (wall_ns() - wall, process_cpu_ns() - cpu)
        let after = withExtendedLifetime(worker) { ProcessMemory.residentBytes }
        return Measurement(
            group: "recovery", name: "\(Report.text(Double(pairs))) pairs, without a broker",
            figures: [
                "recovery_s": Double(wallTook) / 1e9, "recovery_cpu_s": Double(cpuTook) / 1e9,
                "resident_bytes_per_pair": Double(after - before) / Double(pairs),
                "resident_mb": Double(after) / 1e6,
            ],
            note:
                "with the first commit; goals: 3 s, 100 bytes; the worker is not specialised for its log as the daemon's is"
        )
    }
}
