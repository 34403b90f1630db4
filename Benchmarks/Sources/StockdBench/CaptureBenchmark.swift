import BenchmarkInput
import Inventory
import Wire

/// Change data capture, on the calling thread alone.
struct CaptureBenchmark {
    let report: Report
    static let messages = 50_000

    func run() {
        let decoder = InputDecoder()
        measure("decode plain rows as InputDecoder", decoder) { CaptureText.row($0) }
        measure("decode debezium envelopes", decoder) {
            CaptureText.envelope("c", before: "null", after: CaptureText.row($0), $0)
        }
        measure("decode debezium updates, replica identity full", decoder) {
            CaptureText.envelope("u", before: CaptureText.row($0), after: CaptureText.row($0 + 1), $0)
        }
        measure("decode debezium deletes", decoder) {
            CaptureText.envelope("d", before: CaptureText.row($0), after: "null", $0)
        }
        measure("decode unwrapped rows", decoder) {
            CaptureText.row($0).dropLast()
                + ",\"__op\":\"u\",\"__lsn\":\(24_023_128 + $0),\"__deleted\":\"false\"}"
        }
        measure("decode debezium envelopes with schemas", decoder) {
            let envelope = CaptureText.envelope("c", before: "null", after: CaptureText.row($0), $0)
            return "{\"schema\":\(CaptureText.schema),\"payload\":\(envelope)}"
        }
        measure("decode the same, times in microseconds", decoder) {
            let row = CaptureText.row($0).replacing(
                "\"2026-03-30T12:30:00.000000Z\"", with: "1774873800000000")
            let schema = CaptureText.schema.replacing(
                "\"type\":\"string\",\"optional\":false,\"field\":\"event_time\"",
                with: "\"type\":\"int64\",\"optional\":false,"
                    + "\"name\":\"io.debezium.time.MicroTimestamp\",\"field\":\"event_time\"")
            let envelope = CaptureText.envelope("c", before: "null", after: row, $0)
            return "{\"schema\":\(schema),\"payload\":\(envelope)}"
        }
    }

    /// Decoding, applying and consolidating of rows that change, over a log of a million events.
    func follow() {
        var aggregate = Aggregate(
            inputs: 1, dedupeWindow: 0, catalog: EventText.catalog(pairs: MicroBenchmarks.pairs))
        var rows = RowSource(layout: .dense, pairs: MicroBenchmarks.pairs)
        for _ in 0..<1_000_000 { Self.apply(rows.stock().change, &aggregate) }
        aggregate.consolidate { _ in }
        aggregate.commit()
        let decoder = InputDecoder()
        var costs: [Cost] = []
        for _ in 0..<MicroBenchmarks.repetitions {
            let text = Text(Self.messages) { _ in
                let step = rows.mixed()
                return (step.id, CaptureText.envelope(step))
            }
            costs.append(Cost.of { Self.follow(text, decoder, &aggregate) })
            aggregate.markClean()
        }
        precondition(aggregate.movementCount == rows.count, "every message was followed")
        add(
            "rows", "decode + apply + consolidate, envelopes", costs,
            "7 inserts, 2 updates, 1 delete of any row")
    }

    private static func follow(_ text: Text, _ decoder: InputDecoder, _ aggregate: inout Aggregate) {
        text.forEach { index, key, value in
            guard case .change(let change)? = try? decoder.decode(key: key, value: value) else { return }
            apply(change, &aggregate)
            guard (index + 1) % MicroBenchmarks.batch == 0 else { return }
            aggregate.consolidate { _ in }
            aggregate.commit()
        }
    }

    private static func apply(_ change: RowChange, _ aggregate: inout Aggregate) {
        _ = aggregate.apply(change, source: Source(partition: Partition(0), offset: Offset(0)))
    }

    private func measure(_ name: String, _ decoder: InputDecoder, _ line: (Int) -> String) {
        let text = Text(Self.messages) { (1_234_567, line($0)) }
        var read = 0
        let costs = (0..<MicroBenchmarks.repetitions).map { _ in
            Cost.of {
                text.forEach { _, key, value in
                    switch try? decoder.decode(key: key, value: value) {
                    case .event, .change: read += 1
                    case .skipped, nil: break
                    }
                }
            }
        }
        precondition(read == Self.messages * MicroBenchmarks.repetitions, "each is a row or its delete")
        add(
            "micro", name, costs,
            "\(Report.text(Double(text.values.count) / Double(Self.messages))) bytes an event")
    }

    private func add(_ group: String, _ name: String, _ costs: [Cost], _ note: String) {
        let figures = [
            "event_per_s_median": Double(Self.messages) * 1e9 / Double(costs.median.cpuNs),
            "event_per_s_best": Double(Self.messages) * 1e9 / Double(costs.best.cpuNs),
            "allocations_per_event": Double(costs.map(\.allocations).max() ?? 0) / Double(Self.messages),
        ]
        report.add(Measurement(group: group, name: name, figures: figures, note: note))
    }
}

/// Messages one after the other, each with a key as Debezium makes it of the primary key.
private struct Text {
    private(set) var values: [UInt8] = []
    private var valueStarts = [0]
    private var keys: [UInt8] = []
    private var keyStarts = [0]

    init(_ count: Int, _ message: (Int) -> (id: Int64, value: String)) {
        for index in 0..<count {
            let (id, value) = message(index)
            keys += Array("{\"event_id\":\(id)}".utf8)
            keyStarts.append(keys.count)
            values += Array(value.utf8)
            valueStarts.append(values.count)
        }
    }

    func forEach(_ body: (Int, UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void) {
        values.withUnsafeBytes { values in
            keys.withUnsafeBytes { keys in
                for index in 0..<valueStarts.count - 1 {
                    let key = keys[keyStarts[index]..<keyStarts[index + 1]]
                    let value = values[valueStarts[index]..<valueStarts[index + 1]]
                    body(
                        index, UnsafeRawBufferPointer(rebasing: key), UnsafeRawBufferPointer(rebasing: value))
                }
            }
        }
    }
}
