import BenchmarkInput
import Inventory
import Wire

/// The parts of the processing loop that need no Kafka, each on the calling thread alone.
struct MicroBenchmarks {
    let report: Report
    static let repetitions = 7
    static let pairs = 100_000
    static let batch = 10_000

    func run() throws {
        decode()
        decode(texts: true)
        applyBatches(alerting: false)
        applyBatches(alerting: false, texts: true)
        applyBatches(alerting: true)
        applyAndConsolidate()
        encodeChanges()
    }

    private func add(_ name: String, _ costs: [Cost], per count: Int, unit: String, _ note: String = "") {
        let figures = [
            "\(unit)_per_s_median": Double(count) * 1e9 / Double(costs.median.cpuNs),
            "\(unit)_per_s_best": Double(count) * 1e9 / Double(costs.best.cpuNs),
            "allocations": Double(costs.map(\.allocations).max() ?? 0),
            "allocations_per_\(unit)": Double(costs.map(\.allocations).max() ?? 0) / Double(count),
        ]
        report.add(Measurement(group: "micro", name: name, figures: figures, note: note))
    }

    private static func ids(texts: Bool) -> IDs {
        texts ? IDs(event: .text, product: .text, warehouse: .text) : .integers
    }

    private func decode(texts: Bool = false) {
        let text = EventText(events: 100_000, pairs: Self.pairs, stocking: false, texts: texts)
        let decoder = EventDecoder(ids: Self.ids(texts: texts))
        // The names are known before.
        _ = Self.decodeAll(text, decoder)
        var sum: Int64 = 0
        let costs = (0..<Self.repetitions).map { _ in
            Cost.of {
                for _ in 0..<10 { sum &+= Self.decodeAll(text, decoder) }
            }
        }
        precondition(sum != 0, "events were decoded")
        add(
            "decode" + (texts ? ", ids as texts" : ""), costs, per: text.count * 10, unit: "event",
            "\(Report.text(text.bytesPerEvent)) bytes an event")
    }

    private static func decodeAll(_ text: EventText, _ decoder: EventDecoder) -> Int64 {
        text.bytes.withUnsafeBytes { bytes in
            var sum: Int64 = 0
            for index in 0..<text.count {
                let slice = UnsafeRawBufferPointer(
                    rebasing: bytes[text.starts[index]..<text.starts[index + 1]])
                if let event = try? decoder.decode(slice) { sum &+= event.units &+ event.id.rawValue }
            }
            return sum
        }
    }

    /// Every pair is known beforehand and the ids of a pass are new, so this is the steady state.
    private func applyBatches(alerting: Bool, texts: Bool = false) {
        let ids = Self.ids(texts: texts)
        let catalog = EventText.catalog(pairs: Self.pairs, ids)
        // 16,384 ids: the window wraps within a pass, so that making room in it is part of the figure.
        var aggregate = Aggregate(inputs: 1, dedupeWindow: 16_384, catalog: catalog)
        let decoder = EventDecoder(ids: ids)
        let stocking = EventText(events: Self.pairs, pairs: Self.pairs, stocking: true, restless: true, texts: texts)
        var text = EventText(
            events: 1_000_000, pairs: Self.pairs, stocking: false, texts: texts,
            firstID: EventText.firstID + Self.pairs, seed: alerting ? 3 : 2)
        _ = Self.apply(stocking, to: &aggregate, decoder)
        if !alerting { Self.stockUp(&aggregate) }
        var changes = 0
        for _ in 0..<2 {
            _ = Self.apply(text, to: &aggregate, decoder)
            text.raiseIDs(by: text.count)
        }
        var costs: [Cost] = []
        for _ in 0..<Self.repetitions {
            costs.append(Cost.of { changes += Self.apply(text, to: &aggregate, decoder) })
            text.raiseIDs(by: text.count)
        }
        add(
            "decode + apply + consolidate" + (alerting ? ", alerting" : "") + (texts ? ", ids as texts" : ""), costs,
            per: text.count,
            unit: "event",
            "\(Self.pairs) pairs, batches of \(Self.batch), \(changes / Self.repetitions) alert changes a million"
        )
    }

    /// Both alone, on events that were decoded beforehand; a batch of them changes about 700 alerts.
    private func applyAndConsolidate() {
        var aggregate = Aggregate(
            inputs: 1, dedupeWindow: 16_384, catalog: EventText.catalog(pairs: Self.pairs))
        let stocking = EventText(events: Self.pairs, pairs: Self.pairs, stocking: true, restless: true)
        var text = EventText(
            events: 1_000_000, pairs: Self.pairs, stocking: false,
            firstID: EventText.firstID + Self.pairs, seed: 3)
        _ = Self.apply(stocking, to: &aggregate, EventDecoder())
        var (applying, consolidating): ([Cost], [Cost]) = ([], [])
        for _ in 0...Self.repetitions {
            let events = Self.placed(text)
            var (applied, consolidated) = (Cost.none, Cost.none)
            for first in stride(from: 0, to: events.count, by: Self.batch) {
                let end = min(first + Self.batch, events.count)
                let runs = stride(from: first, to: end, by: Aggregate.eventsAtOnce).map {
                    Array(events[$0..<min($0 + Aggregate.eventsAtOnce, end)])
                }
                applied += Cost.of {
                    for run in runs { aggregate.apply(run) { _, _ in } }
                }
                consolidated += Cost.of {
                    aggregate.consolidate { _ in }
                    aggregate.commit()
                }
            }
            applying.append(applied)
            consolidating.append(consolidated)
            text.raiseIDs(by: text.count)
        }
        // The first pass finds cold caches and grows the tables.
        let note = "\(Self.pairs) pairs, batches of \(Self.batch)"
        add("apply", Array(applying.dropFirst()), per: text.count, unit: "event", note)
        add("consolidate and commit", Array(consolidating.dropFirst()), per: text.count, unit: "event", note)
    }

    private static func placed(_ text: EventText) -> [PlacedEvent] {
        let decoder = EventDecoder()
        return (0..<text.count).compactMap { index in
            guard let event = text.withEvent(index, { try? decoder.decode($0) }) else { return nil }
            return PlacedEvent(
                event: event, input: 0,
                source: Source(partition: Partition(0), offset: Offset(Int64(index))))
        }
    }

    /// So much of everything that nothing alerts.
    private static func stockUp(_ aggregate: inout Aggregate) {
        for pair in 0..<aggregate.pairCount {
            let event = OrderEvent(
                id: EventID(Int64(pair)), pair: aggregate.pair(at: pair), units: 1_000_000,
                time: Timestamp(microseconds: 0))
            _ = aggregate.apply(event, input: 0, source: Source(partition: Partition(0), offset: Offset(0)))
        }
        aggregate.consolidate { _ in }
        aggregate.commit()
    }

    /// Batches of records, 256 of each partition in turn where there are several.
    static func apply(
        _ text: EventText, to aggregate: inout Aggregate, _ decoder: EventDecoder, inputs: Int = 1
    ) -> Int {
        text.bytes.withUnsafeBytes { bytes in
            var changes = 0
            var first = 0
            var waiting: [PlacedEvent] = []
            waiting.reserveCapacity(Aggregate.eventsAtOnce)
            while first < text.count {
                let end = min(first + batch, text.count)
                for index in first..<end {
                    let slice = UnsafeRawBufferPointer(
                        rebasing: bytes[text.starts[index]..<text.starts[index + 1]])
                    guard let event = try? decoder.decode(slice) else { continue }
                    let source = Source(partition: Partition(0), offset: Offset(Int64(index)))
                    waiting.append(PlacedEvent(event: event, input: index / 256 % inputs, source: source))
                    guard waiting.count == Aggregate.eventsAtOnce || index == end - 1 else { continue }
                    aggregate.apply(waiting) { _, _ in }
                    waiting.removeAll(keepingCapacity: true)
                }
                aggregate.consolidate { _ in changes += 1 }
                aggregate.commit()
                first = end
            }
            return changes
        }
    }

    private func encodeChanges() {
        let text = EventText(events: Self.pairs * 3, pairs: Self.pairs, stocking: true, restless: true)
        var aggregate = Aggregate(
            inputs: 1, dedupeWindow: 0, catalog: EventText.catalog(pairs: Self.pairs))
        let decoder = EventDecoder()
        _ = Self.apply(text, to: &aggregate, decoder)
        var changes: [AlertChange] = []
        let more = EventText(events: Self.pairs, pairs: Self.pairs, stocking: false, seed: 9)
        for index in 0..<more.count {
            guard let event = more.withEvent(index, { try? decoder.decode($0) }) else { continue }
            let source = Source(partition: Partition(3), offset: Offset(Int64(index)))
            _ = aggregate.apply(event, input: 0, source: source)
        }
        aggregate.consolidate { change in
            if case .alert(let alert, _) = change { changes.append(alert) }
        }
        var writer = ByteWriter(capacity: 4096)
        var bytes = 0
        let rounds = max(1, 500_000 / max(changes.count, 1))
        let costs = (0..<Self.repetitions).map { _ in
            Cost.of {
                for _ in 0..<rounds {
                    for change in changes {
                        writer.removeAll()
                        AlertEncoder.key(change.pair, into: &writer)
                        AlertEncoder.change(change, into: &writer)
                        bytes += writer.count
                    }
                }
            }
        }
        let total = changes.count * rounds
        add(
            "encode an alert change, key and value", costs, per: total, unit: "message",
            "\(bytes / Self.repetitions / max(total, 1)) bytes each")
    }
}
