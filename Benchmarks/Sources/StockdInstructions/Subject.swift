import BenchmarkInput
import Inventory
import Wire

/// The fixed input, and what becomes of it.
final class Subject {
    private static let pairs = 5_000
    private static let events = 20_000
    private static let batch = 2_000
    private let decoder: EventDecoder
    private var text: EventText
    private var aggregate: Aggregate
    private(set) var decoded: [PlacedEvent] = []
    private(set) var changes: [(AlertChange, PublishedAlert)] = []
    private(set) var bytes = 0

    /// Makes every pair known, so that what is counted is the steady state.
    /// - Parameters:
    ///   - hasTexts: all ids are texts.
    ///   - isShop: the events are those of the benchmark's shop.
    init(hasTexts: Bool = false, isShop: Bool = false) {
        let ids = hasTexts ? IDs(event: .text, product: .text, warehouse: .text) : .integers
        decoder = EventDecoder(ids: ids)
        text =
            isShop
            ? EventText(shopEvents: Self.events, pairs: Self.pairs)
            : EventText(events: Self.events, pairs: Self.pairs, stocking: true, restless: true, texts: hasTexts)
        // With so small a window the tables of texts no longer grow when counting begins.
        aggregate = Aggregate(
            inputs: 1, dedupeWindow: hasTexts ? 1 << 14 : 1 << 20,
            catalog: EventText.catalog(pairs: Self.pairs, ids, ofShop: isShop))
        for round in 1...3 {
            decode()
            apply()
            guard !isShop else {
                text.raiseIDs(by: Self.events)
                continue
            }
            text = EventText(
                events: Self.events, pairs: Self.pairs, stocking: false, texts: hasTexts,
                firstID: EventText.firstID + round * Self.events, seed: 2)
        }
    }

    // What a loop works on is taken out of the object first: otherwise every access to it is checked and counted.

    func decode() {
        let (text, decoder) = (text, decoder)
        var decoded: [PlacedEvent] = []
        swap(&decoded, &self.decoded)
        decoded.removeAll(keepingCapacity: true)
        text.bytes.withUnsafeBytes { bytes in
            for index in 0..<text.count {
                let slice = UnsafeRawBufferPointer(
                    rebasing: bytes[text.starts[index]..<text.starts[index + 1]])
                guard let event = try? decoder.decode(slice) else { continue }
                let source = Source(partition: Partition(0), offset: Offset(Int64(index)))
                decoded.append(PlacedEvent(event: event, input: 0, source: source))
            }
        }
        self.decoded = decoded
    }

    /// Applies what was decoded and consolidates it, a commit for every so many events.
    func apply() {
        var changes: [(AlertChange, PublishedAlert)] = []
        swap(&changes, &self.changes)
        changes.removeAll(keepingCapacity: true)
        var waiting: [PlacedEvent] = []
        waiting.reserveCapacity(Aggregate.eventsAtOnce)
        for (index, event) in decoded.enumerated() {
            waiting.append(event)
            let isBatchEnd = (index + 1) % Self.batch == 0
            guard waiting.count == Aggregate.eventsAtOnce || isBatchEnd else { continue }
            aggregate.apply(waiting) { _, _ in }
            waiting.removeAll(keepingCapacity: true)
            guard isBatchEnd else { continue }
            aggregate.consolidate { if case .alert(let change, let alert) = $0 { changes.append((change, alert)) } }
            aggregate.commit()
        }
        self.changes = changes
    }

    /// Encodes what an alert change sends: its message, and the state record that remembers it.
    func encode() {
        var messages = MessageEncoder()
        var state = StateEncoder()
        var bytes = 0
        for (change, alert) in changes {
            messages.alert(change, as: .changes) { bytes += $0.count + ($1?.count ?? 0) }
            state.encode(.alert(change.pair, alert)) { bytes += $0.count + $1.count }
        }
        self.bytes += bytes
    }
}
