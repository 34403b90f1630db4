import Inventory
import Pipeline

/// The newest chunks, and where each pair stands in them, ordered by product and warehouse.
///
/// A place is a chunk's number and an entry of it: four bytes a pair, and a chunk that is replaced changes none. Pairs
/// stay for good, as in the chunks; whether one has a row is asked of its entry.
struct PairOrder {
    private let ids: IDs
    /// The entries of the newest chunks.
    private var chunks: [[ShownEntry]] = []
    private var places: [UInt32] = []
    /// Not in `places` yet.
    private var added: [UInt32] = []

    init(_ ids: IDs) { self.ids = ids }

    // MARK: Changes

    /// Adds a shard's next chunk.
    /// - Returns: its number.
    mutating func append(_ chunk: ShownChunk) -> Int {
        chunks.append(chunk.entries)
        addPlaces(chunks.count - 1, from: 0)
        return chunks.count - 1
    }

    /// The chunk has the same pairs, and perhaps more behind them.
    mutating func replace(_ number: Int, with chunk: ShownChunk) {
        let before = chunks[number].count
        chunks[number] = chunk.entries
        addPlaces(number, from: before)
    }

    private mutating func addPlaces(_ number: Int, from first: Int) {
        let base = UInt32(number * Aggregate.entriesPerChunk)
        for index in first..<max(first, chunks[number].count) { added.append(base + UInt32(index)) }
    }

    /// Brings what was added into its order; call it after changes.
    mutating func settle() {
        if added.isEmpty { return }
        var fresh = added.map { (pair: self[$0].pair, place: $0) }
        added = []
        if ids.areNumbers {
            fresh.sort { $0.pair < $1.pair }
        } else {
            fresh.sort { ids.isBefore($0.pair, $1.pair) }
        }
        var merged: [UInt32] = []
        merged.reserveCapacity(places.count + fresh.count)
        var taken = 0
        for next in fresh {
            let position = position { ids.isBefore($0, next.pair) }
            merged += places[taken..<position]
            taken = position
            merged.append(next.place)
        }
        merged += places[taken...]
        places = merged
    }

    // MARK: Reading

    private subscript(place: UInt32) -> ShownEntry {
        chunks[Int(place) / Aggregate.entriesPerChunk][Int(place) % Aggregate.entriesPerChunk]
    }

    /// The first position whose pair is not before something.
    private func position(_ isBefore: (Pair) -> Bool) -> Int {
        var (low, high) = (0, places.count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(self[places[middle]].pair) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Where a product's pairs begin, if there are any.
    func begin(of product: ProductID) -> Int { position { ids.isBefore($0.product, product) } }

    /// The entries of the product at a position, which moves on to the next product; none at the end. A pair that two
    /// shards have comes twice.
    func entries(at position: inout Int) -> [ShownEntry] {
        guard position < places.count else { return [] }
        var entries = [self[places[position]]]
        position += 1
        while position < places.count {
            let entry = self[places[position]]
            if entry.pair.product != entries[0].pair.product { break }
            entries.append(entry)
            position += 1
        }
        return entries
    }
}
