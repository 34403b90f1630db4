package import Inventory

/// A table of order events that changes, all of it from one seed.
package struct RowSource {
    /// How the ids of the events lie.
    package enum Layout: String, CaseIterable {
        case dense
        case everySecond = "every-second"
        /// Anywhere in 64 bits.
        case random

        /// The id of the event with this number.
        func id(_ number: Int) -> Int64 {
            switch self {
            case .dense: return Int64(number)
            case .everySecond: return Int64(2 * number)
            case .random:
                var random = SplitMix(state: UInt64(number))
                return Int64(bitPattern: random.next())
            }
        }
    }

    package enum Operation: String {
        case insert = "c"
        case update = "u"
        case delete = "d"
    }

    /// One change of one row.
    package struct Step {
        package var operation: Operation
        package var id: Int64
        package var pair: Pair
        package var isShipped: Bool
        package var quantity: Int
        /// Seconds since 1970.
        package var time: Int64
        /// Of the change in the database's log.
        package var position: UInt64

        package var change: RowChange {
            let version = RowVersion(
                logPosition: position, seconds: UInt32(time), operation == .delete ? .delete : [])
            if operation == .delete { return .delete(EventID(id), version) }
            let event = OrderEvent(
                id: EventID(id), pair: pair, units: Int64(isShipped ? -quantity : quantity),
                time: Timestamp(microseconds: time * 1_000_000))
            return .upsert(event, version)
        }
    }

    package let layout: Layout
    package let pairs: Int
    /// Rows that were ever inserted.
    package private(set) var count = 0
    private var steps: UInt64 = 0
    private var random = SplitMix(state: 7)

    package init(layout: Layout, pairs: Int) {
        self.layout = layout
        self.pairs = pairs
    }

    /// A delivery that keeps a pair far from its threshold.
    package mutating func stock() -> Step {
        var step = insert()
        step.pair = EventText.pair((count - 1) % pairs)
        (step.isShipped, step.quantity) = (false, 1_000_000)
        return step
    }

    package mutating func insert() -> Step {
        count += 1
        return step(.insert, count - 1)
    }

    /// Seven inserts to two updates and one delete, of rows of any age.
    package mutating func mixed() -> Step {
        switch random.next() % 10 {
        case 0..<7: insert()
        case 7, 8: step(.update, Int(random.next() % UInt64(count)))
        default: step(.delete, Int(random.next() % UInt64(count)))
        }
    }

    private mutating func step(_ operation: Operation, _ number: Int) -> Step {
        steps += 1
        return Step(
            operation: operation, id: layout.id(number),
            pair: EventText.pair(Int(random.next() % UInt64(pairs))), isShipped: random.next() & 1 == 0,
            quantity: 10 + Int(random.next() % 5), time: 1_774_873_800 + Int64(steps / 1000),
            position: 24_023_128 + 160 * steps)
    }
}
