import Inventory
import Pipeline

/// A transaction as its coordinator knows it.
final class SimTransaction {
    enum Phase: Equatable {
        case open
        /// Decided; some markers may not have arrived yet.
        case decided(commit: Bool)
    }

    enum Marker: Hashable {
        case partition(Topic, Int)
        case offsets
    }

    let number: Int
    let id: String
    let startedMs: Int64
    var phase = Phase.open
    var touched: Set<Marker> = []
    /// What was written, in order.
    var records: [(topic: Topic, record: SimRecord)] = []
    /// The group offsets that it commits.
    var offsets: [Int32: Int64] = [:]
    var missingMarkers: [Marker] = []
    /// A request to end that the client gave up on and that has not arrived yet.
    var endUnderWay: Bool?
    /// The client was told that the outcome is unknown.
    var isUnknown = false
    /// The reference rows and partitions of the worker that asked for the commit.
    var catalog = Catalog()
    var owned: [Int32] = []

    init(number: Int, id: String, startedMs: Int64) {
        self.number = number
        self.id = id
        self.startedMs = startedMs
    }

    var isOver: Bool { phase != .open && missingMarkers.isEmpty }
}
