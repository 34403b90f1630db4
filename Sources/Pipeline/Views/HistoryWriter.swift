import Inventory

/// Adds a shard's commits to its history, with the times of the records that they took.
///
/// Only Kafka's times are the same when a recovery reads the records again.
struct HistoryWriter {
    private struct Input {
        /// Every record that was written from then on was or will be read for this history; nil while unknown.
        var begins: UInt32?
        /// Of a partition without a checkpoint, every record ever was or will be read.
        let hasCheckpoint: Bool
        var isRead = false
    }

    let history: StockHistory
    /// The time of the newest record, in seconds since the epoch. It never goes back, whatever the producers' clocks.
    private var newest: UInt32 = 0
    private var inputs: [Input]

    /// - Parameter checkpointsMs: by input partition, when the checkpoint was written that the shard was recovered
    ///   from, in milliseconds since the epoch: the history lacks what was read before. Nil for a partition of which
    ///   nothing was read before.
    init(limit: Int, checkpointsMs: [Int64?]) {
        inputs = checkpointsMs.map { Input(begins: $0.map(Self.seconds), hasCheckpoint: $0 != nil) }
        history = StockHistory(limit: limit, firstRead: Self.latest(inputs))
    }

    private static func seconds(_ timeMs: Int64) -> UInt32 { UInt32(clamping: timeMs / 1_000) }

    /// One partition may be far ahead of another, so all of them were read only since the latest beginning.
    private static func latest(_ inputs: [Input]) -> UInt32? {
        inputs.filter(\.hasCheckpoint).compactMap(\.begins).max() ?? inputs.compactMap(\.begins).min()
    }

    /// Whether a record was written in a later second than all before it.
    func isLater(_ timeMs: Int64?) -> Bool { timeMs.map { Self.seconds($0) > newest } ?? false }

    /// Notes when a record was written that the next commit takes.
    mutating func note(_ timeMs: Int64?, input: Int) {
        var time = timeMs.map(Self.seconds) ?? .max
        if time > newest {
            // A record of the future would hold back the time of all that follow.
            time = min(time, Self.seconds(wallMicroseconds() / 1_000))
            newest = max(newest, time)
        }
        guard !inputs[input].isRead else { return }
        inputs[input].isRead = true
        // Records from before the checkpoint that were not read by then.
        inputs[input].begins = min(inputs[input].begins ?? .max, time)
    }

    /// Adds the changes of the aggregate's open transaction, which is about to commit.
    func append(_ aggregate: borrowing Aggregate) {
        history.append(aggregate, seconds: newest, firstRead: Self.latest(inputs))
    }
}
