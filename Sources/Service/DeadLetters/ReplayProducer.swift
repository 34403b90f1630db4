import Kafka

/// Writes events and their marks, together where there are transactions.
final class ReplayProducer {
    /// An event on its way back and the record that remembers it.
    struct Piece {
        let letter: DeadLetter
        let markKey: String
        let mark: [UInt8]
    }

    private let producer: TransactionalProducer
    private let marks: TopicHandle
    private let isTransactional: Bool
    private let limitMs: Int32 = 30_000

    /// Sees to the topic of marks and fences every other replay of the group.
    init(_ box: DeadLetterBox) throws(DeadLetterFailure) {
        try Self.prepareTopic(box)
        let configuration = box.configuration
        isTransactional = configuration.delivery == .exactlyOnce
        let name = (configuration.kafka.transactionalID ?? configuration.kafka.groupID) + "-replay"
        var settings = ProducerSettings(transactionalID: isTransactional ? name : nil)
        settings.transactionTimeoutMs = Int32(
            clamping: configuration.kafka.transactionTimeout.wholeMilliseconds)
        let made = settings
        producer = try forKafka("the producer") { () throws(KafkaError) in
            try TransactionalProducer(box.client, made, name: "replay")
        }
        let producer = producer
        marks = try forKafka(box.configuration.replayedTopic) { () throws(KafkaError) in
            try producer.topic(configuration.replayedTopic)
        }
        if isTransactional { try initialise() }
    }

    private static func prepareTopic(_ box: DeadLetterBox) throws(DeadLetterFailure) {
        let configuration = box.configuration
        let topic = configuration.replayedTopic
        let admin = box.admin
        let exists = try forKafka(topic) { () throws(KafkaError) in
            try admin.describe([topic], timeoutMs: 10_000)[topic] != nil
        }
        if exists { return }
        guard configuration.topics.create else {
            throw DeadLetterFailure(
                .configuration,
                "dead_letters.replayed_topic: topic \(topic) does not exist; create it compacted with one "
                    + "partition, or set topics.create: true")
        }
        let spec = TopicSpec(
            topic, partitions: 1, replicationFactor: Int32(configuration.topics.replicationFactor),
            config: ["cleanup.policy": "compact"])
        try forKafka(topic) { () throws(KafkaError) in
            try admin.createTopics([spec], timeoutMs: 10_000)
        }
    }

    private func initialise() throws(DeadLetterFailure) {
        let start = ContinuousClock.now
        while true {
            do throws(TransactionFailure) {
                return try producer.initTransactions(deadlineMs: 10_000)
            } catch {
                if case .retriable = error, ContinuousClock.now - start < .milliseconds(limitMs) { continue }
                close()
                throw DeadLetterFailure(error.error, "no transaction can be begun")
            }
        }
    }

    /// Either all of them are put back and remembered, or it throws and nothing is.
    func putBack(_ pieces: [Piece]) throws(DeadLetterFailure) {
        do throws(TransactionFailure) {
            if isTransactional { try producer.begin() } else { producer.resetCounts() }
            for piece in pieces { try send(piece.letter) }
            // Without a transaction the mark must not be there before its event.
            if !isTransactional { try producer.flush(deadlineMs: limitMs) }
            for piece in pieces { try send(piece) }
            if isTransactional {
                try producer.commit(deadlineMs: limitMs)
            } else {
                try producer.flush(deadlineMs: limitMs)
            }
        } catch {
            throw explained(error, pieces.count)
        }
    }

    private func send(_ letter: DeadLetter) throws(TransactionFailure) {
        guard let source = letter.source else { return }
        let topic: TopicHandle
        do throws(KafkaError) {
            topic = try producer.topic(source.topic)
        } catch {
            throw .fatal(error)
        }
        try withBytes(letter.key) { (key) throws(TransactionFailure) in
            try withBytes(letter.value) { (value) throws(TransactionFailure) in
                try producer.produce(
                    topic, partition: source.partition, key: key, value: value, headers: letter.headers)
            }
        }
    }

    private func send(_ piece: Piece) throws(TransactionFailure) {
        try withBytes(Array(piece.markKey.utf8)) { (key) throws(TransactionFailure) in
            try withBytes(piece.mark) { (mark) throws(TransactionFailure) in
                try producer.produce(marks, key: key, value: mark)
            }
        }
    }

    private func withBytes(
        _ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) throws(TransactionFailure) -> Void
    ) throws(TransactionFailure) {
        guard let bytes else { return try body(nil) }
        try bytes.span.withUnsafeBytes { (bytes) throws(TransactionFailure) in try body(bytes) }
    }

    private func explained(_ failure: TransactionFailure, _ count: Int) -> DeadLetterFailure {
        let error = failure.error
        switch failure {
        case .fenced:
            return DeadLetterFailure(
                .unavailable, "another replay of this group was started; this one stops: \(error)")
        case .indefinite:
            return DeadLetterFailure(
                .unavailable,
                "nobody can say whether the last \(count) were put back: \(error). Run it again: those that "
                    + "were are skipped")
        case .retriable, .abortable:
            if isTransactional { try? producer.abort(deadlineMs: 10_000) }
        case .fatal: break
        }
        let what =
            isTransactional
            ? "the last \(count) were not put back"
            : "the last \(count) may have been put back without being remembered"
        return DeadLetterFailure(error, what)
    }

    func close() { producer.close(deadlineMs: 5_000) }
}
