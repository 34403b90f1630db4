/// How many records a transaction may take. Less than the most, after one did not commit within the coordinator's
/// time-out: the same once more would not either.
struct TransactionLimit {
    private var records = most
    private static let most = 1_000_000
    /// Bounds the journal's memory to 16 MB.
    private static let mostChanges = 250_000

    func isReached(_ taken: Int) -> Bool { taken >= records }

    /// - Parameter changes: the journal's length.
    func isReached(_ taken: Int, changes: Int) -> Bool { isReached(taken) || changes >= Self.mostChanges }

    /// How many more records a poll may bring.
    func room(_ batch: Int, after taken: Int) -> Int { min(batch, max(1, records - taken)) }

    /// A transaction with so many records took too long.
    mutating func halve(_ taken: Int) { records = max(1, min(records, taken) / 2) }

    /// A transaction committed: the next may be larger again.
    mutating func committed() { records = min(Self.most, records + max(1, records / 8)) }
}
