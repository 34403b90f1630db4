import AllocationCounter
import BenchmarkInput
import Inventory
import Wire

/// What a shard's state takes: heap in use after against before, in a process of its own. The resident set is
/// given beside it; it cannot be subtracted, since pages freed earlier hide new ones.
enum MemoryBenchmark {
    static func measure(pairs: Int) -> Measurement {
        let catalog = EventText.catalog(pairs: pairs)
        let text = EventText(events: min(pairs, 100_000) * 2, pairs: pairs, stocking: true)
        count_heap_bytes()
        let before = heap_bytes_in_use()
        var aggregate = Aggregate(inputs: 1, dedupeWindow: 4_194_304, catalog: catalog)
        let decoder = EventDecoder()
        // Warm text is reused; pairs beyond it are made without text, which would take memory too.
        _ = MicroBenchmarks.apply(text, to: &aggregate, decoder)
        for pair in aggregate.pairCount..<max(pairs, aggregate.pairCount) { add(pair, &aggregate) }
        aggregate.consolidate { _ in }
        aggregate.commit()
        let after = withExtendedLifetime((text, catalog)) { heap_bytes_in_use() }
        return Measurement(
            group: "memory", name: "\(Report.text(Double(aggregate.pairCount))) pairs",
            figures: [
                "bytes_per_pair": Double(after - before) / Double(aggregate.pairCount),
                "state_mb": Double(after - before) / 1e6,
                "resident_mb": Double(ProcessMemory.residentBytes) / 1e6,
            ],
            note:
                "stock entries, index, journal, remembered ids and published alerts; resident includes the reference rows and "
                + "the events in memory")
    }

    private static func add(_ pair: Int, _ aggregate: inout Aggregate) {
        let event = OrderEvent(
            id: EventID(Int64(EventText.firstID + 1_000_000 + pair)),
            pair: Pair(
                product: ProductID(Int32(EventText.firstProduct + pair / EventText.warehouses)),
                warehouse: WarehouseID(Int32(10 + pair % EventText.warehouses))),
            units: 70 - Int64(pair % 20), time: Timestamp(microseconds: 0))
        _ = aggregate.apply(event, input: 0, source: Source(partition: Partition(0), offset: Offset(0)))
        guard pair % 10_000 == 0 else { return }
        aggregate.consolidate { _ in }
        aggregate.commit()
    }
}
