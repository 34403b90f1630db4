import AllocationCounter
import BenchmarkInput
import Inventory
import Wire

/// What showing the views costs the worker under full load: noting which chunks commits touch, and copying them.
struct ViewBenchmark {
    let report: Report
    /// 10,000 products in 10 warehouses.
    private static let pairs = 100_000
    private static let events = 500_000
    private static let repetitions = 7

    func run() {
        let hidden = load(publishing: 0)
        add("full load, nothing shown", hidden, note: "as a daemon without HTTP")
        add("full load, touched chunks noted", load(publishing: 1), note: "one copy in all")
        // A core does 500,000 events in about 100 ms, the interval at which the daemon shows its views.
        add(
            "full load, shown each 100 ms", load(publishing: 2),
            note: "every \(Self.events) events, every chunk was touched")
        let copies = copy()
        report.add(
            Measurement(
                group: "micro", name: "views, all \(Self.pairs) pairs copied",
                figures: [
                    "ms_median": Double(copies.median.cpuNs) / 1e6,
                    "ms_best": Double(copies.best.cpuNs) / 1e6,
                    "percent_of_a_worker": Double(copies.median.cpuNs) / 1e6 / 100 * 100,
                ], note: "10,000 products in 10 warehouses; at most every 100 ms"))
    }

    private func add(_ name: String, _ costs: [Cost], note: String) {
        report.add(
            Measurement(
                group: "micro", name: "views, " + name,
                figures: [
                    "event_per_s_median": Double(Self.events) * 1e9 / Double(costs.median.cpuNs),
                    "event_per_s_best": Double(Self.events) * 1e9 / Double(costs.best.cpuNs),
                ], note: note))
    }

    /// - Parameter publishing: 0 never, 1 once at the beginning, 2 after every repetition, in its time.
    private func load(publishing: Int) -> [Cost] {
        var aggregate = Self.stocked()
        var chunks: [ShownChunk] = []
        if publishing > 0 { aggregate.refreshShown(&chunks) }
        var text = EventText(
            events: Self.events, pairs: Self.pairs, stocking: false, firstID: EventText.firstID + Self.pairs)
        let decoder = EventDecoder()
        return (0..<Self.repetitions).map { _ in
            defer { text.raiseIDs(by: text.count) }
            return Cost.of {
                _ = MicroBenchmarks.apply(text, to: &aggregate, decoder)
                if publishing == 2 {
                    // A reader holds what was shown before, so the array itself is copied as well.
                    let held = chunks
                    aggregate.refreshShown(&chunks)
                    withExtendedLifetime(held) {}
                }
            }
        }
    }

    private func copy() -> [Cost] {
        var aggregate = Self.stocked()
        var chunks: [ShownChunk] = []
        return (0..<Self.repetitions).map { _ in
            aggregate.markEverythingPending()
            aggregate.consolidate { _ in }
            aggregate.commit()
            return Cost.of { aggregate.refreshShown(&chunks) }
        }
    }

    private static func stocked() -> Aggregate {
        var aggregate = Aggregate(
            inputs: 1, dedupeWindow: 16_384, catalog: EventText.catalog(pairs: pairs))
        let text = EventText(events: pairs, pairs: pairs, stocking: true, restless: true)
        _ = MicroBenchmarks.apply(text, to: &aggregate, EventDecoder())
        return aggregate
    }
}
