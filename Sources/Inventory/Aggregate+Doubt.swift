/// Published rows of which nobody knows whether their newest message reached its topic.
///
/// What has been written down of them is what that message says; the ledger is what was known to be published
/// before. So the topic has either, until something newer of the row is published.
extension Aggregate {
    /// Publishes alerts again that the open transaction has not published, because they are as the ledger says.
    ///
    /// To be called behind `consolidate`. Of the two states that the topic may have, the message tells the change
    /// from the one that is not right.
    public mutating func publishAgain<Failure: Error>(
        _ doubtful: [Pair: LedgerEntry], _ emit: (OutputChange) throws(Failure) -> Void
    ) throws(Failure) {
        let given = Set(journal.ledger.map(\.slot))
        for (pair, entry) in doubtful.sorted(by: { $0.key.packed < $1.key.packed }) {
            let slot = table.find(pair.packed) ?? add(pair)
            if given.contains(slot) { continue }
            let known = published(slot) ?? LedgerEntry()
            var entry = entry
            entry.incident = max(entry.incident, known.incident)
            remember(entry, of: slot)
            try deriveAlert(slot, nil, emit)
            // Nothing to tell: the topic has what stands in either case.
            if published(slot) == entry { setLedger(Int(table.details[Int(slot)].ledgerIndex), known) }
        }
    }

    /// The same for rows of the stock table.
    public mutating func publishAgain<Failure: Error>(
        stock doubtful: Set<Pair>, _ emit: (OutputChange) throws(Failure) -> Void
    ) throws(Failure) {
        guard outputs.stockLevels else { return }
        let given = Set(journal.stockPrints.map(\.slot))
        for pair in doubtful.sorted(by: { $0.packed < $1.packed }) {
            let slot = table.find(pair.packed) ?? add(pair)
            if given.contains(slot) { continue }
            journal.stockPrints.append((slot, stockPrints[Int(slot)]))
            stockPrints[Int(slot)] = Fingerprint.unknown
            try deriveStock(slot, emit)
        }
    }

    /// The same for rows of the rollup.
    public mutating func publishAgain<Failure: Error>(
        rollup doubtful: Set<ProductID>, _ emit: (OutputChange) throws(Failure) -> Void
    ) throws(Failure) {
        guard outputs.rollup else { return }
        let given = Set(journal.rollupPrints.map(\.product))
        for product in doubtful.sorted() where !given.contains(product) {
            journal.rollupPrints.append((product, rollupPrints[product] ?? 0))
            rollupPrints[product] = Fingerprint.unknown
            try deriveRollup(product, emit)
        }
    }
}
