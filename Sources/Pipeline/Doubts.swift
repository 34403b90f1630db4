import Inventory
import Wire

/// Rows of which the newest message may be in its topic though the ledger does not say so; only without
/// transactions.
///
/// An intent names each row before its message is sent, the ledger follows the message. Whoever finds an intent
/// without the ledger's record behind it, or could not send that record, publishes the row anew: the row that now
/// stands may be just what the ledger says, and nothing else would take back what the topic has.
struct Doubts {
    /// What the messages say of which the last that is there may be any; two that differ, at most.
    private(set) var alerts: [Pair: [LedgerEntry]] = [:]
    private(set) var stock: Set<Pair> = []
    private(set) var rollup: Set<ProductID> = []
    /// How far the input was read for these messages, or for others of an intent. Until it is read as far again,
    /// nothing is published: a row would go back to what it was, and forth.
    private(set) var offsets: [Partition: Offset] = [:]

    var isEmpty: Bool { alerts.isEmpty && stock.isEmpty && rollup.isEmpty }

    mutating func add(_ intent: Intent) {
        for alert in intent.alerts { add(alert.pair, alert.entry) }
        stock.formUnion(intent.stock)
        rollup.formUnion(intent.rollup)
        raise(to: intent.offsets)
    }

    mutating func add(_ other: Doubts) {
        for (pair, entries) in other.alerts { for entry in entries { add(pair, entry) } }
        stock.formUnion(other.stock)
        rollup.formUnion(other.rollup)
        raise(to: other.offsets)
    }

    /// Adds what the ledger was to say; records of other kinds publish nothing.
    mutating func add(_ record: StateRecord) {
        switch record {
        case .alert(let pair, let entry): add(pair, entry)
        case .stockFingerprint(let pair, _): stock.insert(pair)
        case .rollupFingerprint(let product, _): rollup.insert(product)
        default: break
        }
    }

    /// The first of several messages is no change of what the ledger says if that has its record and is only not
    /// known to. Of two that differ one is not what should be, and that is all that is asked.
    private mutating func add(_ pair: Pair, _ entry: LedgerEntry) {
        var entries = alerts[pair] ?? []
        let isKnown = entries.contains {
            $0.severity == entry.severity && $0.fingerprint == entry.fingerprint
        }
        let incident = max(entry.incident, entries.first?.incident ?? 0)
        if !isKnown, entries.count < 2 { entries.append(entry) }
        for index in entries.indices { entries[index].incident = incident }
        alerts[pair] = entries
    }

    mutating func raise(to offsets: [Partition: Offset]) {
        self.offsets.merge(offsets) { max($0, $1) }
    }

    /// The ledger has a record that was sent behind the row's last message.
    mutating func remove(_ name: StateRecord.Name) {
        switch name {
        case .alert(let pair): alerts[pair] = nil
        case .stockFingerprint(let pair): stock.remove(pair)
        case .rollupFingerprint(let product): rollup.remove(product)
        default: break
        }
    }

    /// No further than the log goes.
    mutating func limit(to ends: [Partition: Offset]) {
        offsets = offsets.reduce(into: [:]) { limited, place in
            limited[place.key] = ends[place.key].map { min($0, place.value) }
        }
    }

    mutating func forgetOffsets() { offsets = [:] }
}
