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
            lanes: 1, dedupeWindow: 16_777_216, catalog: EventText.catalog(pairs: pairs))
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
        let stamp = Stamp(generation: 1, slot: 0)
        aggregate.takeSnapshot()
        let digest = aggregate.digest(afterSnapshotOf: stamp.generation)
        aggregate.writeSnapshot { record in
            switch record {
            case .cells(let bucket, let cells, _): put(.cells(bucket: bucket, cells, stamp))
            case .seen(let place, let chunk, _): put(.seen(Partition(0), place: place.place, chunk, stamp))
            case .movements: break
            }
            return true
        }
        // Every twentieth pair has had an alert.
        for place in stride(from: 0, to: aggregate.pairCount, by: 20) {
            put(.alert(aggregate.pair(at: place), LedgerEntry(incident: 1)))
        }
        put(
            .barrier(
                Barrier(
                    partition: Partition(0), base: Offset(0), offset: Offset(Int64(text.count)),
                    highestID: aggregate.highestID(lane: 0), cellCount: UInt32(aggregate.pairCount),
                    settings: PipelineSettings().fingerprint, release: "bench", stamp: stamp, laneCount: 1,
                    digest: digest)))
        put(.position(Partition(0), Offset(Int64(text.count))))
    }

    static func measure(pairs: Int, path: String) throws -> Measurement {
        let telemetry = Telemetry(logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
        let log = StoredLog(path: path, inputEnd: Offset(Int64(pairs)))
        let worker = Worker(
            log: log, settings: PipelineSettings(), catalog: EventText.catalog(pairs: pairs),
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
                "with the first commit; goals: 3 s, 100 bytes; the worker here is not specialised for its log as the daemon's is"
        )
    }
}
