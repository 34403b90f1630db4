import Inventory

/// Adds a shard's commits to its history, with the times of the records that they took.
///
/// Only Kafka's times are the same when a recovery reads the records again.
struct HistoryWriter {
    let history: StockHistory
    /// The time of the newest record, in seconds since the epoch. It never goes back, whatever the producers' clocks.
    private var newest: UInt32 = 0
    /// Every record that was written from then on was or will be read for this history; nil while nothing was read.
    private var begins: UInt32?

    /// - Parameter checkpointsMs: by input partition, when the checkpoint was written that the shard was recovered
    ///   from, in milliseconds since the epoch. A record that was read before may have any time until then, so the
    ///   history begins with the latest one. Nil for a partition of which nothing was read before.
    init(limit: Int, checkpointsMs: [Int64?]) {
        begins = checkpointsMs.compactMap { $0 }.max().map(Self.seconds)
        history = StockHistory(limit: limit, begins: begins)
    }

    private static func seconds(_ timeMs: Int64) -> UInt32 { UInt32(clamping: timeMs / 1_000) }

    /// Whether a record was written in a later second than all before it.
    func isLater(_ timeMs: Int64?) -> Bool { timeMs.map { Self.seconds($0) > newest } ?? false }

    /// Notes when a record was written that the next commit takes.
    mutating func note(_ timeMs: Int64?) {
        let time = timeMs.map(Self.seconds) ?? .max
        if time > newest {
            // A record of the future would hold back the time of all that follow.
            newest = max(newest, min(time, Self.seconds(wallMicroseconds() / 1_000)))
        }
        begins = begins ?? newest
    }

    /// Adds the changes of the aggregate's open transaction, which is about to commit.
    func append(_ aggregate: borrowing Aggregate) {
        history.append(aggregate, seconds: newest, begins: begins)
    }
}
