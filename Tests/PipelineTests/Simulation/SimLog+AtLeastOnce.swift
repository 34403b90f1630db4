import Inventory
import Pipeline

/// Delivery without transactions: each partition gets its messages in order and keeps them, whatever follows.
extension SimLog {
    func awaitAcknowledgements() throws(LogFailure) {
        try enter("await")
        if mustAbort { throw .mustAbort("simulated: an earlier call failed") }
        try acknowledgeAll()
        try leave("await")
    }

    private func acknowledgeAll() throws(LogFailure) {
        if strikes(cluster.faults.send, .acknowledgementFailed) {
            spill()
            mustAbort = true
            throw cluster.random.happens(500)
                ? .unavailable("simulated acknowledgement") : .mustAbort("simulated acknowledgement")
        }
        for (topic, index, record) in unsent { land(record, topic, index) }
        unsent = []
    }

    /// A message is there. What is published of a row never goes back in the input, or consumers would be told of
    /// changes that are none.
    private func land(_ record: SimRecord, _ topic: Topic, _ index: Int) {
        let partition = cluster.partition(topic, index)
        partition.append(record)
        guard [.alerts, .stockLevels, .rollup].contains(topic), !mayGoBack() else { return }
        let inputs = Int32(cluster.topics[.input]!.count)
        let product = FlatJSON(record.key)?["product_id"].flatMap { Int32($0) }
        for (input, offset) in record.asOf
        where !isKeyedByProduct || product.map({ $0 % inputs == input }) == true {
            let reached = cluster.reached(topic, record.key ?? [], input, offset)
            if reached > offset {
                cluster.violated(
                    "\(name) publishes \(String(decoding: record.key ?? [], as: UTF8.self)) as of \(offset) of "
                        + "\(input), behind \(reached)")
            }
        }
    }

    /// What the client still held for one partition reaches its broker.
    func deliver(only topic: Topic, _ index: Int) {
        let isTheirs = { (message: (topic: Topic, index: Int, record: SimRecord)) in
            message.topic == topic && message.index == index
        }
        for message in unsent where isTheirs(message) { land(message.record, topic, index) }
        unsent.removeAll(where: isTheirs)
    }

    /// The client goes, and part of what it still held has been sent: of each partition the first so many.
    func spill() {
        defer { unsent = [] }
        guard !isTransactional else { return }
        var isCutOff: Set<String> = []
        for (topic, index, record) in unsent where !isCutOff.contains("\(topic)\(index)") {
            if cluster.random.happens(700) {
                land(record, topic, index)
                cluster.coverage.reached(.sentThoughGivenUp)
            } else {
                isCutOff.insert("\(topic)\(index)")
            }
        }
    }

    /// Everything is acknowledged, then the group's offsets move.
    func acknowledge(_ transaction: SimTransaction) throws(LogFailure) {
        try acknowledgeAll()
        guard generation == cluster.generation, cluster.members.contains(where: { $0 === self }) else {
            cluster.coverage.reached(.staleGeneration)
            mustAbort = true
            throw .mustAbort("stale generation")
        }
        let isSilent = strikes(cluster.faults.commitIndefinite, .offsetsUnanswered)
        if !isSilent || cluster.random.happens(500) {
            cluster.groupOffsets.merge(transaction.offsets) { $1 }
            cluster.acknowledged += 1
            cluster.say("\(name) acknowledges \(transaction.offsets)")
        }
        if isSilent {
            mustAbort = true
            throw .mustAbort("simulated: the group does not answer")
        }
        self.transaction = nil
        try leave("commit")
    }
}
