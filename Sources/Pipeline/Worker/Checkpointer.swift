/// When a checkpoint is part of a commit.
///
/// It holds the loop up for as long as it takes, so it is spaced: the next one follows after the interval, or after
/// two hundred times what the last one took, but no later than `mostReadAgain` events: so many a recovery reads again
/// at most. It is never needed for correctness, but for the first of a history, of a rebuild or of new rules: until
/// that is there nothing else may count.
struct Checkpointer {
    private let intervalMs: Int64
    /// When the last one committed or took too long; before there was one, when the first recovery was through.
    private var lastMs: Int64?
    private var spacingMs: Int64
    /// The last one did not fit into a transaction.
    private var isPutOff = false
    /// The next commit must have one: it pins where a history begins.
    private(set) var isRequired = false
    /// How often in a row a required one took longer than a transaction may.
    private var overlong = 0

    /// So many times what one took pass until the next.
    private static let spacing: Int64 = 200
    /// One that did not fit into a transaction is tried again after so many times as long.
    private static let spacingAfterTimeout: Int64 = 20
    private static let mostOverlong = 3
    /// On a backlog with many pairs the spacing alone would let a recovery take minutes.
    private static let mostReadAgain: Int64 = 25_000_000

    /// - Parameter intervalMs: 0 for one in every commit until one takes too long.
    init(intervalMs: Int64) {
        self.intervalMs = intervalMs
        spacingMs = intervalMs
    }

    /// A recovery is through. The last one still decides when the next is due: the coordinator fences whose
    /// transaction takes too long, and rebalances may come more often than checkpoints.
    mutating func begin(isRequired: Bool, nowMs: Int64) {
        self.isRequired = isRequired
        lastMs = lastMs ?? nowMs
    }

    /// - Parameter events: what lies between the last one and the position.
    func isDue(nowMs: Int64, events: Int64) -> Bool {
        guard !isRequired, let lastMs else { return true }
        let isFar = !isPutOff && events >= Self.mostReadAgain
        return nowMs - lastMs >= (isFar ? intervalMs : spacingMs)
    }

    /// One is committed, and held the loop up for so long.
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
