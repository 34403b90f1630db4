import Inventory
import Wire

/// What the state topic holds of a shard that any transaction may write: how far it is committed, what was
/// published, and which rows of reference topics are in the dead letters.
struct StoredLedger {
    var positions: [Partition: Offset] = [:]
    var alerts: [Pair: LedgerEntry] = [:]
    var stockFingerprints: [Pair: UInt64] = [:]
    var rollupFingerprints: [ProductID: UInt64] = [:]
    var referenceRefused = ReferenceOffsets()
    /// By intent, what of it no later record of the ledger is of.
    private var intents: [StateRecord.Name: Doubts] = [:]
    /// Names whose newest record is a tombstone.
    private var deleted: Set<StateRecord.Name> = []

    /// Records of a checkpoint are none of its business.
    mutating func take(_ record: StateRecord) {
        switch record {
        case .position(let partition, let offset): positions[partition] = offset
        case .alert(let pair, let entry): alerts[pair] = entry
        case .stockFingerprint(let pair, let print): stockFingerprints[pair] = print
        case .rollupFingerprint(let product, let print): rollupFingerprints[product] = print
        case .referenceRefused(let table, let partition, let offset):
            referenceRefused[table, partition] = offset
        case .intent(let intent):
            var doubts = Doubts()
            doubts.add(intent)
            intents[record.name] = doubts
            return
        case .cells, .seen, .barrier, .movements, .movementLog: return
        }
        settle(record.name)
        if !deleted.isEmpty { deleted.remove(record.name) }
    }

    mutating func remove(_ name: StateRecord.Name) {
        switch name {
        case .position(let partition): positions[partition] = nil
        case .alert(let pair): alerts[pair] = nil
        case .stockFingerprint(let pair): stockFingerprints[pair] = nil
        case .rollupFingerprint(let product): rollupFingerprints[product] = nil
        case .referenceRefused(let table, let partition): referenceRefused[table, partition] = Offset(0)
        case .intent:
            intents[name] = nil
            return
        case .cells, .seen, .barrier, .movements, .movementLog: return
        }
        settle(name)
        deleted.insert(name)
    }

    private mutating func settle(_ name: StateRecord.Name) {
        // Over an array: the keys would share the dictionary, which each change then copied.
        for intent in Array(intents.keys) { intents[intent]?.remove(name) }
    }

    /// What the intents leave in doubt; of two of a row the one with the lower number was first.
    var doubts: Doubts {
        var doubts = Doubts()
        for (_, one) in intents.sorted(by: { Self.part($0.key) < Self.part($1.key) }) { doubts.add(one) }
        return doubts
    }

    /// How many numbers of intents were used.
    var intentParts: UInt32 { intents.keys.map { Self.part($0) + 1 }.max() ?? 0 }

    private static func part(_ name: StateRecord.Name) -> UInt32 {
        if case .intent(_, let part) = name { part } else { 0 }
    }

    /// Without the names that another one has.
    func lacking(_ other: StoredLedger) -> StoredLedger {
        var rest = StoredLedger()
        rest.positions = positions.filter { other.positions[$0.key] == nil }
        rest.alerts = alerts.filter { other.alerts[$0.key] == nil }
        rest.stockFingerprints = stockFingerprints.filter { other.stockFingerprints[$0.key] == nil }
        rest.rollupFingerprints = rollupFingerprints.filter { other.rollupFingerprints[$0.key] == nil }
        for (table, partition, offset) in referenceRefused.all
        where other.referenceRefused[table, partition] == Offset(0) {
            rest.referenceRefused[table, partition] = offset
        }
        rest.intents = intents
        return rest
    }

    /// Takes from records in the place of earlier releases what has none of its name in its own place, not
    /// even a tombstone. Which of the two was read first does not matter.
    mutating func fillGaps(from earlier: StoredLedger) {
        func isGap(_ name: StateRecord.Name) -> Bool { !deleted.contains(name) }
        positions.merge(earlier.positions.filter { isGap(.position($0.key)) }) { own, _ in own }
        alerts.merge(earlier.alerts.filter { isGap(.alert($0.key)) }) { own, _ in own }
        stockFingerprints.merge(earlier.stockFingerprints.filter { isGap(.stockFingerprint($0.key)) }) {
            own, _ in own
        }
        rollupFingerprints.merge(earlier.rollupFingerprints.filter { isGap(.rollupFingerprint($0.key)) }) {
            own, _ in own
        }
        for (table, partition, offset) in earlier.referenceRefused.all
        where isGap(.referenceRefused(table, partition)) && referenceRefused[table, partition] == Offset(0) {
            referenceRefused[table, partition] = offset
        }
    }
}
