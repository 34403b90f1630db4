import Inventory
import Wire

@testable import Pipeline

extension SimSession {
    func prepareTransactions() throws(SessionFailure) {
        try enter("prepare")
        if strikes(cluster.faults.prepare, .prepareFailed) {
            if cluster.random.happens(500) { _ = cluster.initialise(transactionalID) }
            throw cluster.random.happens(700)
                ? .unavailable("simulated prepare") : .unknownOutcome("simulated prepare")
        }
        unsent = []
        epoch = cluster.initialise(transactionalID)
        transaction = nil
        mustAbort = false
        try leave("prepare")
    }

    func begin() throws(SessionFailure) {
        try enter("begin")
        let epoch = try preparedEpoch("begin")
        guard transaction == nil else {
            cluster.violated("\(name) begins a transaction in a transaction")
            throw .fatal("begin in a transaction")
        }
        if strikes(cluster.faults.begin, .beginFailed) { throw .unavailable("simulated begin") }
        guard epoch == cluster.epoch(of: transactionalID) else { throw fenced() }
        transaction = cluster.begin(transactionalID)
        mustAbort = false
        try leave("begin")
    }

    func send(_ message: OutgoingMessage) throws(SessionFailure) {
        try enter("send")
        let transaction = try openTransaction("send")
        if mustAbort { throw .mustAbort("simulated: an earlier call failed") }
        if strikes(cluster.faults.send, .sendFailed) {
            mustAbort = true
            throw .mustAbort("simulated send")
        }
        if message.topic == cluster.deletedTopic {
            mustAbort = true
            throw .mustAbort("simulated: no such topic")
        }
        let key = message.key.map { Array($0) }
        let count = cluster.topics[message.topic]!.count
        let index = message.partition.map { Int($0.rawValue) } ?? Self.hash(key ?? []) % count
        guard index < count else {
            cluster.violated("\(name) sends to \(message.topic)[\(index)]")
            throw .fatal("no such partition")
        }
        let record = SimRecord(
            offset: 0, key: key, value: message.value.map { Array($0) },
            headers: message.envelope?.headers ?? [], timestampMs: cluster.nowMs)
        unsent.append((message.topic, index, record))
        // The client sends in the background, at the latest before the transaction's end.
        if !cluster.random.happens(cluster.faults.lazySends) { deliver(transaction) }
        try leave("send")
    }

    /// Sends the messages that the client still holds.
    private func deliver(_ transaction: SimTransaction) {
        for (topic, index, record) in unsent { cluster.write(record, to: topic, index, in: transaction) }
        unsent = []
    }

    func sendOffsets(_ positions: [PartitionPosition]) throws(SessionFailure) {
        try enter("sendOffsets")
        let transaction = try openTransaction("sendOffsets")
        if mustAbort { throw .mustAbort("simulated: an earlier call failed") }
        if strikes(cluster.faults.commitRefused / 2, .offsetsRefused) {
            if cluster.random.happens(500) { throw .unavailable("simulated offsets") }
            mustAbort = true
            throw .mustAbort("simulated offsets")
        }
        // The generation is sent with the offsets: without offsets it is not checked.
        let isMember = generation == cluster.generation && cluster.members.contains { $0 === self }
        guard positions.isEmpty || isMember else {
            cluster.coverage.reached(.staleGeneration)
            mustAbort = true
            throw cluster.random.happens(500) ? .fenced("stale generation") : .mustAbort("stale generation")
        }
        for position in positions {
            transaction.offsets[position.partition.rawValue] = position.offset.rawValue
        }
        transaction.owned = owned
        try leave("sendOffsets")
    }

    /// The coordinator may decide at once, or at the end of the commit, after further polls.
    func startCommit() throws(SessionFailure) {
        try enter("commit")
        if commitUnderWay != nil { cluster.violated("\(name) commits during a commit") }
        commitUnderWay = .some(nil)
        recordsReadAhead = 0
        if cluster.random.happens(500) { commitUnderWay = .some(decide()) }
    }

    func finishCommit() throws(SessionFailure) {
        guard let underWay = commitUnderWay.take() else {
            cluster.violated("\(name) finishes a commit that was not started")
            throw .fatal("no commit")
        }
        guard !isDead else { throw .fatal("killed") }
        do throws(SessionFailure) { try (underWay ?? decide()).get() } catch {
            if recordsReadAhead > 0 { cluster.coverage.reached(.readAheadDropped) }
            throw error
        }
        try leave("commit")
    }

    private func decide() -> Result<Void, SessionFailure> {
        do throws(SessionFailure) { return .success(try commit()) } catch { return .failure(error) }
    }

    private func commit() throws(SessionFailure) {
        let transaction = try openTransaction("commit")
        if mustAbort { throw .mustAbort("simulated: an earlier call failed") }
        if strikes(cluster.faults.commitRefused, .commitFailed) {
            mustAbort = true
            throw .mustAbort("simulated commit")
        }
        transaction.catalog = catalog()
        // The offsets arrive before the last messages, and the process may hang in between.
        if !unsent.isEmpty {
            cluster.coverage.reached(.offsetsBeforeMessages)
            if cluster.faults.isOn { hang("delivery") }
            guard try openTransaction("commit") === transaction else { throw fenced() }
            deliver(transaction)
        }
        try finish(transaction, commit: true, cluster.faults.commitUnknown)
    }

    func abort() throws(SessionFailure) {
        try enter("abort")
        let transaction = try openTransaction("abort")
        if strikes(cluster.faults.abort, .abortFailed) {
            throw .unavailable("simulated abort")
        }
        unsent = []
        try finish(transaction, commit: false, cluster.faults.abort / 2)
        try leave("abort")
    }

    /// Ends the transaction, or leaves open whether it did.
    private func finish(
        _ transaction: SimTransaction, commit: Bool, _ rate: Int
    ) throws(SessionFailure) {
        let isDelayed = cluster.faults.isOn && cluster.random.happens(cluster.faults.delayedMarkers)
        if commit, strikes(0, .unknownThenCommitted) {
            transaction.isUnknown = true
            cluster.end(transaction, commit: true)
            throw .unknownOutcome("scripted")
        }
        if commit, strikes(0, .unknownThenAborted) {
            transaction.isUnknown = true
            throw .unknownOutcome("scripted")
        }
        guard cluster.faults.isOn, cluster.random.happens(rate) else {
            cluster.end(transaction, commit: commit, delayingMarkers: isDelayed)
            // So that a successor reads a transaction that has not arrived whole yet.
            if isDelayed, cluster.random.happens(300) { cluster.startRebalance() }
            self.transaction = nil
            mustAbort = false
            return
        }
        cluster.say("\(name) \(commit ? "commit" : "abort") times out")
        transaction.isUnknown = commit
        switch cluster.random.below(4) {
        case 0: break
        case 1: transaction.endUnderWay = commit
        case 2: cluster.end(transaction, commit: commit, delayingMarkers: true)
        default: cluster.end(transaction, commit: commit)
        }
        throw .unknownOutcome("simulated \(commit ? "commit" : "abort")")
    }

    func discardProducer() {
        commitUnderWay = nil
        unsent = []
        epoch = nil
        transaction = nil
        mustAbort = false
    }

    private func preparedEpoch(_ call: String) throws(SessionFailure) -> Int {
        if let epoch { return epoch }
        cluster.violated("\(name) calls \(call) without a prepared producer")
        throw .fatal("not prepared")
    }

    private func openTransaction(_ call: String) throws(SessionFailure) -> SimTransaction {
        let epoch = try preparedEpoch(call)
        guard let transaction else {
            cluster.violated("\(name) calls \(call) outside a transaction")
            throw .fatal("no transaction")
        }
        guard epoch == cluster.epoch(of: transactionalID), transaction.phase == .open else { throw fenced() }
        return transaction
    }

    private func fenced() -> SessionFailure {
        cluster.coverage.reached(.fencedByEpoch)
        cluster.say("\(name) is fenced")
        return .fenced("a newer producer has the epoch")
    }

    private static func hash(_ bytes: [UInt8]) -> Int {
        Int(bytes.reduce(into: UInt32(2_166_136_261)) { $0 = ($0 ^ UInt32($1)) &* 16_777_619 } >> 1)
    }
}
