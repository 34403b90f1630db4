import Inventory
import Wire

extension Shard {
    /// Where its lanes are, as an intent says it.
    private var nextOffsets: [Partition: Offset] {
        Dictionary(uniqueKeysWithValues: lanes.map { ($0.partition, $0.next) })
    }

    /// Takes over what the state topic leaves in doubt.
    /// - Parameter ends: where the input ends, by partition; what is not named there is no more.
    func restoreDoubts(from ledger: StoredLedger, _ ends: [Partition: Offset]) {
        doubts = ledger.doubts
        doubts.limit(to: ends)
        intentParts = ledger.intentParts
        nextIntent = doubts.isEmpty ? 0 : intentParts
    }

    /// The input is to be read as far as it was read before something failed.
    func isBehindIntents(_ position: (Partition) -> Offset?) -> Bool {
        guard !doubts.offsets.isEmpty else { return false }
        return lanes.contains { lane in
            guard let offset = doubts.offsets[lane.partition], lane.next < offset else { return false }
            return (position(lane.partition) ?? lane.next) < offset
        }
    }

    /// What is about to be published. Parts that hold what is in doubt are never written over.
    func intent(_ changes: ArraySlice<IntendedChange>) -> Intent {
        var intent = Intent(
            partition: lanes[0].partition, part: nextIntent, offsets: nextOffsets)
        for change in changes {
            switch change.content {
            case .alert(let alert, let entry): intent.alerts.append(Intent.Alert(alert.pair, entry))
            case .stock(let pair, _, _): intent.stock.append(pair)
            case .rollup(let product, _, _): intent.rollup.append(product)
            }
        }
        nextIntent += 1
        intentParts = max(intentParts, nextIntent)
        return intent
    }

    /// Intents of which nothing is in doubt any more and that are not written over.
    func takeSpentIntents() -> [StateRecord.Name] {
        guard doubts.isEmpty, nextIntent < intentParts else { return [] }
        defer { intentParts = nextIntent }
        return (nextIntent..<intentParts).map { .intent(lanes[0].partition, part: $0) }
    }

    /// The transaction is put back, but messages of it were sent.
    func doubt(_ records: [StateRecord]) {
        for record in records { doubts.add(record) }
        doubts.raise(to: nextOffsets)
    }

    /// What the transaction published is known to be.
    func commitDoubts() {
        for name in publishedInDoubt { doubts.remove(name) }
        if settlesDoubts { doubts = Doubts() }
        if !isBehindIntents({ _ in nil }) { doubts.forgetOffsets() }
        forgetPublishedInDoubt()
    }

    func forgetPublishedInDoubt() {
        publishedInDoubt = []
        settlesDoubts = false
        if doubts.isEmpty { nextIntent = 0 }
    }
}
