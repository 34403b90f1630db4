import AllocationCounter
import BenchmarkInput
import Inventory
import Pipeline
import Wire

/// A checkpoint of a whole shard: its records written, and read back into an empty one.
struct CheckpointBenchmark {
    let report: Report

    func run(pairs: Int) throws {
        let catalog = EventText.catalog(pairs: pairs)
        var aggregate = Aggregate(inputs: 1, dedupeWindow: PipelineSettings().dedupeWindow, catalog: catalog)
        let text = EventText(events: pairs, pairs: pairs, stocking: true)
        _ = MicroBenchmarks.apply(text, to: &aggregate, EventDecoder())
        var image = Image()
        let written = Cost.of { image.write(&aggregate) }
        report.add(
            Measurement(
                group: "micro", name: "checkpoint image, write",
                figures: [
                    "pairs_per_s": Double(pairs) * 1e9 / Double(written.cpuNs),
                    "records": Double(image.count),
                    "bytes_per_pair": Double(image.bytes.count) / Double(pairs),
                ], note: "\(pairs) pairs"))
        var restored = Aggregate(inputs: 1, dedupeWindow: PipelineSettings().dedupeWindow, catalog: catalog)
        let read = try Cost.of { try image.read(into: &restored) }
        guard restored.pairCount == aggregate.pairCount else { throw BenchFailure("the image lost pairs") }
        report.add(
            Measurement(
                group: "micro", name: "checkpoint image, read",
                figures: ["pairs_per_s": Double(pairs) * 1e9 / Double(read.cpuNs)],
                note: "\(pairs) pairs, index rebuilt"))
    }
}

/// The keys and values of a checkpoint's records, one after the other.
private struct Image: ~Copyable {
    private(set) var bytes: [UInt8] = []
    private var ends: [(key: Int, value: Int)] = []
    private var encoder = StateEncoder()
    private var counts: CheckpointCounts?

    var count: Int { ends.count }

    mutating func write(_ aggregate: inout Aggregate) {
        counts = aggregate.checkpointCounts
        aggregate.forEachDirtyPart { part in
            switch part {
            case .entries(let bucket, let entries): append(.entries(bucket: bucket, entries))
            case .ids(_, let bucket): append(.ids(Partition(0), bucket))
            case .movements: break
            }
        }
    }

    private mutating func append(_ record: StateRecord) {
        var encoded: [UInt8] = []
        var split = 0
        encoder.encode(record) { key, value in
            encoded.reserveCapacity(key.count + value.count)
            encoded.append(contentsOf: key)
            split = key.count
            encoded.append(contentsOf: value)
        }
        bytes.append(contentsOf: encoded)
        ends.append((bytes.count - encoded.count + split, bytes.count))
    }

    func read(into aggregate: inout Aggregate) throws {
        try bytes.withUnsafeBytes { bytes in
            var start = 0
            var ids: [IDBucket] = []
            for (key, value) in ends {
                let record = try StateRecord(
                    key: UnsafeRawBufferPointer(rebasing: bytes[start..<key]),
                    value: UnsafeRawBufferPointer(rebasing: bytes[key..<value]))
                start = value
                switch record {
                case .entries(let bucket, let entries): aggregate.restore(bucket: bucket, entries: entries)
                case .ids(_, let bucket): ids.append(bucket)
                default: throw BenchFailure("a record of another kind")
                }
            }
            guard let summary = counts?.dedupe.first, aggregate.restoreIDs(input: 0, summary, ids) else {
                throw BenchFailure("the image lost event ids")
            }
        }
        aggregate.finishRestoringEntries()
    }
}

/// Why a benchmark could not be measured.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
