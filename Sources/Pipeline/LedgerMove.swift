import Inventory
import Wire

/// Gives each entry of a gathered ledger to the shard whose pair it is, and notes what is to be written where and
/// what is to be deleted.
struct LedgerMove {
    private let found: SurveyedState
    private let placement: StatePlacement
    private let shards: [Shard]
    private var leftovers: Set<StatePlacement.Place>
    /// Which shard has events of a product.
    private var owners: [ProductID: Shard] = [:]

    init(_ found: SurveyedState, _ placement: StatePlacement, _ shards: [Shard]) {
        self.found = found
        self.placement = placement
        self.shards = shards
        leftovers = found.places
        for shard in shards {
            shard.aggregate.forEachCell { owners[$0.pair.product] = shard }
            for partition in shard.partitions {
                leftovers.remove(placement.place(of: .position(partition), shard: shard))
                leftovers.remove(placement.place(of: .barrier(partition), shard: shard))
            }
        }
    }

    private func owner(of product: ProductID) -> Shard? { shards.count == 1 ? shards[0] : owners[product] }

    mutating func give(_ ledger: GatheredLedger) {
        for (pair, entries) in ledger.alerts { give(pair, entries) }
        for (pair, print) in ledger.stockFingerprints {
            let shard = owner(of: pair.product) ?? shards[0]
            shard.aggregate.restore(stockFingerprint: print, of: pair)
            move(.stockFingerprint(pair, print), to: shard)
        }
        for (product, print) in ledger.rollupFingerprints {
            let shard = owner(of: product) ?? shards[0]
            shard.aggregate.restore(rollupFingerprint: print, of: product)
            move(.rollupFingerprint(product, print), to: shard)
        }
        give(ledger.doubts)
        guard let first = shards.first(where: { $0.partitions.contains(Partition(0)) }) else { return }
        for (table, partition, offset) in ledger.referenceRefused.all where offset > Offset(0) {
            move(.referenceRefused(table, partition, offset), to: first)
        }
    }

    /// A pair whose product has no events any more has no row, so its alert resolves: the first shard says so. All
    /// others keep the number of its incident, for whichever the product turns up in counts on from there.
    private mutating func give(_ pair: Pair, _ entries: [LedgerEntry]) {
        if let shard = owner(of: pair.product) {
            return give(
                pair, GatheredLedger.choice(entries, now: shard.aggregate.severity(of: pair)), to: shard)
        }
        var entry = GatheredLedger.choice(entries, now: nil)
        for shard in shards {
            give(pair, entry, to: shard)
            entry.severity = nil
            entry.fingerprint = 0
        }
    }

    /// They are settled with the first transaction, which deletes the intents.
    private func give(_ doubts: Doubts) {
        for (pair, entries) in doubts.alerts {
            let shard = owner(of: pair.product) ?? shards[0]
            for entry in entries { shard.doubts.add(.alert(pair, entry)) }
        }
        for pair in doubts.stock {
            (owner(of: pair.product) ?? shards[0]).doubts.add(.stockFingerprint(pair, 0))
        }
        for product in doubts.rollup {
            (owner(of: product) ?? shards[0]).doubts.add(.rollupFingerprint(product, 0))
        }
    }

    private mutating func give(_ pair: Pair, _ entry: LedgerEntry, to shard: Shard) {
        shard.aggregate.restore(entry, of: pair)
        move(.alert(pair, entry), to: shard)
    }

    private mutating func move(_ record: StateRecord, to shard: Shard) {
        let place = placement.place(of: record.name, shard: shard)
        leftovers.remove(place)
        if !found.ledgers[Int(place.partition.rawValue)].holds(record) { shard.moved.append(record) }
    }

    /// What is left is deleted, each by the shard whose records lie there.
    func finish() {
        for place in leftovers {
            let shard = placement.keyedBy == .none ? shards[0] : shards[Int(place.partition.rawValue)]
            shard.leftovers.insert(place)
        }
    }
}

extension StoredLedger {
    /// Whether a record lies here just so.
    func holds(_ record: StateRecord) -> Bool {
        switch record {
        case .position(let partition, let offset): positions[partition] == offset
        case .alert(let pair, let entry): alerts[pair] == entry
        case .stockFingerprint(let pair, let print): stockFingerprints[pair] == print
        case .rollupFingerprint(let product, let print): rollupFingerprints[product] == print
        case .referenceRefused(let table, let partition, let offset):
            referenceRefused[table, partition] == offset
        case .cells, .seen, .barrier, .movements, .movementLog, .intent: false
        }
    }
}
