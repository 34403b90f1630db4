/// What a change of the state's layout asks of shards that become one or several.
extension Aggregate {
    /// Adds another shard's cell, as if its events had come here; false when the sum does not fit.
    public mutating func absorb(_ image: CellImage) -> Bool {
        let slot = table.find(image.pair.packed) ?? add(image.pair)
        let cell = table.cells + Int(slot)
        let (stock, overflows) = cell.pointee.stock.addingReportingOverflow(image.stock)
        guard !overflows else { return false }
        cell.pointee.stock = stock
        cell.pointee.lastUpdated = max(cell.pointee.lastUpdated, image.lastUpdated.microseconds)
        let (events, isFull) = cell.pointee.events.addingReportingOverflow(image.events)
        cell.pointee.events = isFull ? .max : events
        return true
    }

    /// Puts a chunk of a lane's seen ids into a shard that has not stored it yet.
    public mutating func absorb(_ chunk: SeenChunk, lane: Int) {
        lanes[lane].restore(chunk)
        lanes[lane].markUnstored(chunk.number)
    }

    /// The severity of the pair's row in `low_stock_alerts`, nil when it has none.
    public func severity(of pair: Pair) -> Severity? { table.find(pair.packed).flatMap { severity($0) } }

    /// Whether the pair at a place has a row in the views once its product and warehouse are known.
    public func hasEvents(at place: Int) -> Bool { table.cells[place].events > 0 }

    /// The places of pairs that had no event before the open transaction.
    public var slotsWithFirstEvent: [UInt32] {
        journal.touched.filter { $0.events == 0 }.map(\.slot)
    }
}
