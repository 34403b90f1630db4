import AllocationCounter
import BenchmarkInput
import Inventory

/// What the movement log takes, and what following rows costs with it, without decoding: heap in use after
/// against before, in a process of its own. The peak of the resident set is given beside it.
enum MovementBenchmark {
    static let pairs = 100_000
    private static let changes = 500_000

    static func measure(events: Int, _ layout: RowSource.Layout) -> Measurement {
        var aggregate = Aggregate(
            inputs: 1, dedupeWindow: 0, catalog: EventText.catalog(pairs: pairs))
        var rows = RowSource(layout: layout, pairs: pairs)
        follow(pairs, &aggregate) { rows.stock() }
        count_heap_bytes()
        let before = heap_bytes_in_use()
        let resident = ProcessMemory.residentBytes
        let inserted = Cost.of { follow(events, &aggregate) { rows.insert() } }
        let after = heap_bytes_in_use()
        let peak = ProcessMemory.peakResidentBytes
        let changed = Cost.of { follow(changes, &aggregate) { rows.mixed() } }
        precondition(aggregate.movementCount == rows.count, "every event is remembered")
        return Measurement(
            group: "rows", name: "\(Report.text(Double(events))) events, ids \(layout.rawValue)",
            figures: [
                "bytes_per_event": Double(after - before) / Double(events),
                "peak_bytes_per_event": Double(peak - resident) / Double(events),
                "insert_per_s": Double(events) * 1e9 / Double(inserted.cpuNs),
                "change_per_s": Double(changes) * 1e9 / Double(changed.cpuNs),
            ],
            note: "\(pairs) pairs, apply + consolidate; changes: 7 inserts, 2 updates, 1 delete of any row")
    }

    /// Follows so many changes, and has checkpoints keep up.
    private static func follow(
        _ count: Int, _ aggregate: inout Aggregate, _ next: () -> RowSource.Step
    ) {
        let source = Source(partition: Partition(0), offset: Offset(0))
        for number in 1...count {
            _ = aggregate.apply(next().change, source: source)
            guard number % MicroBenchmarks.batch == 0 || number == count else { continue }
            aggregate.consolidate { _ in }
            aggregate.commit()
            if number % (50 * MicroBenchmarks.batch) == 0 { aggregate.markClean() }
        }
    }
}
