import Inventory
import Wire

/// Without transactions nothing ties a message to the ledger's record of it, and a crash may come between the two.
/// So what is to be published is written down first, and only when that is acknowledged the messages are sent.
extension Worker {
    /// How many changes an intent names at most; more would not fit into a message.
    private static var changesAnIntent: Int { 8_192 }

    /// Sends a change, or keeps it until its intent is written.
    /// - Parameter isShown: false for what readers of the views know already.
    func publish(_ change: OutputChange, of shard: Shard, isShown: Bool = true) throws(LogFailure) {
        guard settings.delivery == .atLeastOnce else {
            return try send(change, of: shard, isShown: isShown)
        }
        transaction.intended.append(IntendedChange(content: change, shard: shard, isShown: isShown))
        if transaction.intended.count == Self.changesAnIntent { try sendIntended() }
    }

    /// Writes the intents of the changes that are kept, and when they are acknowledged sends the changes.
    func sendIntended() throws(LogFailure) {
        let changes = transaction.intended
        guard !changes.isEmpty else { return }
        var first = 0
        while first < changes.count {
            let shard = changes[first].shard
            let end = changes[first...].firstIndex { $0.shard !== shard } ?? changes.count
            try send(.intent(shard.intent(changes[first..<end])), of: shard)
            first = end
        }
        try log.awaitAcknowledgements()
        transaction.intended = []
        for change in changes { try send(change.content, of: change.shard, isShown: change.isShown) }
    }

    /// Publishes again what may be published otherwise than the ledger says, unless the transaction did already.
    func settleDoubts(of shard: Shard) throws(LogFailure) {
        guard !shard.doubts.isEmpty, !shard.isBehindIntents({ _ in nil }), isCovered(shard) else { return }
        let doubts = shard.doubts
        // Readers of the views were never told what is taken back here.
        let emit: (OutputChange) throws(LogFailure) -> Void = { (change) throws(LogFailure) in
            try self.publish(change, of: shard, isShown: false)
        }
        try shard.aggregate.publishAgain(doubts.alerts, emit)
        try shard.aggregate.publishAgain(stock: doubts.stock, emit)
        try shard.aggregate.publishAgain(rollup: doubts.rollup, emit)
        shard.settlesDoubts = true
    }

    /// What was sent of the transaction that is put back may stand in its topics.
    func noteDoubts() {
        guard settings.delivery == .atLeastOnce else { return }
        for shard in shards {
            let records = transaction.ledger.filter { $0.shard === shard }.map(\.record)
            if !records.isEmpty { shard.doubt(records) }
        }
    }
}

/// A change that waits for its intent to be acknowledged.
struct IntendedChange {
    let content: OutputChange
    let shard: Shard
    let isShown: Bool
}
