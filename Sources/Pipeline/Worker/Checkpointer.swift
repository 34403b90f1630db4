/// When a commit includes a checkpoint.
///
/// A checkpoint holds the loop up, so checkpoints are spaced: the next one follows after the interval, or after two
/// hundred times what the last one took if that is longer. After `mostReadAgain` events the interval is enough, which
/// bounds what a recovery reads again. Only the first checkpoint of a history, of a rebuild or of new rules is needed
/// for correctness: until it is written nothing else may count.
struct Checkpointer {
    private let intervalMs: Int64
    /// When the last one committed or took too long; at first, when the first recovery ended.
    private var lastMs: Int64?
    private var spacingMs: Int64
    /// The last one did not fit into a transaction.
    private var isPutOff = false
    /// The next commit must include one, since it records where a history begins.
    private(set) var isRequired = false
    /// How often in a row a required one took longer than a transaction may.
    private var overlong = 0

    /// The pause after one, in multiples of what it took.
    private static let spacing: Int64 = 200
    /// The same after one that did not fit into a transaction.
    private static let spacingAfterTimeout: Int64 = 20
    private static let mostOverlong = 3
    /// On a backlog with many pairs the spacing alone would let a recovery take minutes.
    private static let mostReadAgain: Int64 = 25_000_000

    /// - Parameter intervalMs: 0 for one in every commit until one takes too long.
    init(intervalMs: Int64) {
        self.intervalMs = intervalMs
        spacingMs = intervalMs
    }

    /// A recovery ended. The last checkpoint still decides when the next is due: rebalances may come more often than
    /// checkpoints, and one that took too long may have caused this recovery by a fencing.
    mutating func begin(isRequired: Bool, nowMs: Int64) {
        self.isRequired = isRequired
        lastMs = lastMs ?? nowMs
    }

    /// - Parameter events: offsets since the last one.
    func isDue(nowMs: Int64, events: Int64) -> Bool {
        guard !isRequired, let lastMs else { return true }
        let isFar = !isPutOff && events >= Self.mostReadAgain
        return nowMs - lastMs >= (isFar ? intervalMs : spacingMs)
    }

    /// One has committed, and held the loop up for this long.
    mutating func committed(nowMs: Int64, tookMs: Int64) {
        isRequired = false
        isPutOff = false
        overlong = 0
        lastMs = nowMs
        spacingMs = intervalMs == 0 ? 0 : max(intervalMs, Self.spacing * tookMs)
    }

    /// A transaction with one took longer than the coordinator allows. The next commits go without it, unless it is
    /// required.
    /// - Returns: false when it is required and there is no use in trying again.
    mutating func tookTooLong(nowMs: Int64, tookMs: Int64) -> Bool {
        guard isRequired else {
            isPutOff = true
            lastMs = nowMs
            spacingMs = max(intervalMs, Self.spacingAfterTimeout * tookMs)
            return true
        }
        overlong += 1
        return overlong < Self.mostOverlong
    }

    /// When the next one is due, for the log.
    func dueInMs(nowMs: Int64) -> Int64 { max(0, (lastMs ?? nowMs) + spacingMs - nowMs) }
}
