import AllocationCounter
import BenchmarkInput
import Inventory
import Wire

/// What decode + apply + consolidate costs as pairs, partitions and skew grow, every pair known beforehand.
struct GrowthBenchmark {
    let report: Report
    private static let events = 1_000_000
    private static let repetitions = 3

    func run() {
        for pairs in [1_000, 10_000, 100_000, 1_000_000, 10_000_000] {
            measure("\(Report.text(Double(pairs))) pairs", pairs: pairs)
        }
        for partitions in [1, 4, 16, 64] {
            measure(
                "\(partitions) partition\(partitions == 1 ? "" : "s")", pairs: 100_000, inputs: partitions)
        }
        measure("uniform", pairs: 100_000)
        measure("Zipf 1.1", pairs: 100_000, skew: .zipf(exponent: 1.1))
        measure("one hot pair", pairs: 100_000, skew: .hot)
    }

    private func measure(_ name: String, pairs: Int, inputs: Int = 1, skew: EventText.Skew = .uniform) {
        var aggregate = Aggregate(
            inputs: inputs, dedupeWindow: 1 << 20, catalog: EventText.catalog(pairs: pairs))
        stock(pairs, &aggregate)
        let decoder = EventDecoder()
        var text = EventText(events: Self.events, pairs: pairs, stocking: false, skew: skew)
        var costs: [Cost] = []
        for _ in 0...Self.repetitions {
            costs.append(
                Cost.of { _ = MicroBenchmarks.apply(text, to: &aggregate, decoder, inputs: inputs) })
            text.raiseIDs(by: text.count)
        }
        costs.removeFirst()
        report.add(
            Measurement(
                group: "growth", name: name,
                figures: [
                    "event_per_s_median": Double(text.count) * 1e9 / Double(costs.median.cpuNs),
                    "event_per_s_best": Double(text.count) * 1e9 / Double(costs.best.cpuNs),
                    "allocations": Double(costs.map(\.allocations).min() ?? 0),
                ], note: "\(pairs) pairs, \(inputs) inputs, decode + apply + consolidate"))
    }

    /// So much of everything that nothing alerts.
    private func stock(_ pairs: Int, _ aggregate: inout Aggregate) {
        for pair in 0..<pairs {
            let event = OrderEvent(
                id: EventID(Int64(pair)), pair: EventText.pair(pair), units: 1_000_000,
                time: Timestamp(microseconds: 0))
            _ = aggregate.apply(event, input: 0, source: Source(partition: Partition(0), offset: Offset(0)))
            guard pair % 100_000 == 0 else { continue }
            aggregate.consolidate { _ in }
            aggregate.commit()
        }
        aggregate.consolidate { _ in }
        aggregate.commit()
    }
}
