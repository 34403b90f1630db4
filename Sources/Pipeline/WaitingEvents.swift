import Inventory

/// Decoded events of one shard that are not applied yet, and their places in the batch of records.
struct WaitingEvents {
    private(set) var events: [PlacedEvent] = []
    private(set) var indices: [Int] = []

    var isEmpty: Bool { events.isEmpty }
    var isFull: Bool { events.count >= Aggregate.eventsAtOnce }

    @inline(__always)
    mutating func append(_ event: PlacedEvent, _ index: Int) {
        events.append(event)
        indices.append(index)
    }

    mutating func removeAll() {
        events.removeAll(keepingCapacity: true)
        indices.removeAll(keepingCapacity: true)
    }
}
