/// Published rows of which nobody knows whether their newest message reached its topic.
///
/// What has been written down of them is what that message says; the ledger is what was known to be published
/// before. So the topic has either, until something newer of the row is published.
extension Aggregate {
    /// Publishes alerts again that the open transaction has not published, because they are as the ledger says.
    ///
    /// To be called behind `consolidate`. Of the states that the topic may have, the message tells the change from one
    /// that is not right.
    /// - Parameter doubtful: what the messages say of which the last that is there may be any.
    public mutating func publishAgain<Failure: Error>(
        _ doubtful: [Pair: [LedgerEntry]], _ emit: (OutputChange) throws(Failure) -> Void
    ) throws(Failure) {
        let given = Set(journal.ledger.map(\.slot))
        for (pair, entries) in doubtful.sorted(by: { $0.key.packed < $1.key.packed }) {
            let slot = table.find(pair.packed) ?? add(pair)
            if given.contains(slot) { continue }
            for entry in entries where try publishAgain(slot, entry, emit) { break }
        }
    }

    /// Publishes an alert unless it is as a message says that may be there.
    /// - Returns: whether it did.
    private mutating func publishAgain<Failure: Error>(
        _ slot: UInt32, _ entry: LedgerEntry, _ emit: (OutputChange) throws(Failure) -> Void
    ) throws(Failure) -> Bool {
        let known = published(slot) ?? LedgerEntry()
        var entry = entry
        entry.incident = max(entry.incident, known.incident)
        remember(entry, of: slot)
        try deriveAlert(slot, nil, emit)
        guard published(slot) == entry else { return true }
        setLedger(Int(table.details[Int(slot)].ledgerIndex), known)
        return false
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
