import Kafka
import Pipeline

/// Writes events and the marks that remember them, each batch in one transaction.
final class ReplayProducer {
    /// An event on its way back and the record that remembers it.
    struct Piece {
        let letter: DeadLetter
        let markKey: String
        let mark: [UInt8]
    }

    private let producer: TransactionalProducer
    private let marks: TopicHandle
    private let limitMs: Int32 = 30_000

    /// Sees to the topic of marks and fences every other replay of the group.
    init(_ box: DeadLetterBox) throws(WorkerStop) {
        try Self.prepareTopic(box)
        let configuration = box.configuration
        var settings = ProducerSettings(
            transactionalID: (configuration.kafka.transactionalID ?? configuration.kafka.groupID) + "-replay")
        settings.transactionTimeoutMs = Int32(
            clamping: configuration.kafka.transactionTimeout.milliseconds)
        let made = settings
        producer = try forKafka("the producer") { () throws(KafkaError) in
            try TransactionalProducer(box.client, made, name: "replay")
        }
        let producer = producer
        marks = try forKafka(box.configuration.replayedTopic) { () throws(KafkaError) in
            try producer.topic(configuration.replayedTopic)
        }
        try initialise()
    }

    private static func prepareTopic(_ box: DeadLetterBox) throws(WorkerStop) {
        let configuration = box.configuration
        let topic = configuration.replayedTopic
        let admin = box.admin
        let exists = try forKafka(topic) { () throws(KafkaError) in
            try admin.describe([topic], timeoutMs: 10_000)[topic] != nil
        }
        if exists { return }
        guard configuration.topics.create else {
            throw WorkerStop(
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

    private func initialise() throws(WorkerStop) {
        let start = ContinuousClock.now
        while true {
            do throws(TransactionFailure) {
                return try producer.initTransactions(deadlineMs: 10_000)
            } catch {
                if case .retriable = error, ContinuousClock.now - start < .milliseconds(limitMs) { continue }
                close()
                if let refusal = producer.settings.refusal(of: error.error) {
                    throw WorkerStop(.configuration, refusal)
                }
                throw WorkerStop(error.error, "no transaction can be begun")
            }
        }
    }

    /// Either all of them are put back and remembered, or it throws and nothing is.
    func putBack(_ pieces: [Piece]) throws(WorkerStop) {
        do throws(TransactionFailure) {
            try producer.begin()
            for piece in pieces {
                try send(piece.letter)
                try send(piece)
            }
            try producer.commit(deadlineMs: limitMs)
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

    private func explained(_ failure: TransactionFailure, _ count: Int) -> WorkerStop {
        let error = failure.error
        switch failure {
        case .fenced:
            return WorkerStop(
                .unavailable, "another replay of this group was started; this one stops: \(error)")
        case .indefinite:
            return WorkerStop(
                .unavailable,
                "nobody can say whether the last \(count) were put back: \(error). Run it again: those that "
                    + "were are skipped")
        case .retriable, .abortable:
            try? producer.abort(deadlineMs: 10_000)
        case .fatal: break
        }
        return WorkerStop(error, "the last \(count) were not put back")
    }

    func close() { producer.close(deadlineMs: 5_000) }
}
