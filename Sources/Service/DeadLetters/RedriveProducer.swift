import Kafka
import Pipeline

/// Writes events and their redrive records, each batch in one transaction.
final class RedriveProducer {
    /// An event to redrive, and its redrive record.
    struct Piece {
        let deadLetter: DeadLetter
        let recordKey: String
        let record: [UInt8]
    }

    private let producer: TransactionalProducer
    private let records: TopicHandle
    private let limitMs: Int32 = 30_000

    /// Prepares the redriven topic, and fences every other redrive of the group.
    init(_ box: DeadLetterBox) throws(StopReason) {
        try Self.prepareTopic(box)
        let configuration = box.configuration
        var settings = ProducerSettings(
            transactionalID: (configuration.kafka.transactionalID ?? configuration.kafka.groupID) + "-redrive"
        )
        settings.transactionTimeoutMs = Int32(clamping: configuration.kafka.transactionTimeout.milliseconds)
        let made = settings
        producer = try forKafka("the producer") { () throws(KafkaError) in
            try TransactionalProducer(box.client, made, name: "redrive")
        }
        let producer = producer
        records = try forKafka(box.configuration.redrivenTopic) { () throws(KafkaError) in
            try producer.topic(configuration.redrivenTopic)
        }
        try initialise()
    }

    private static func prepareTopic(_ box: DeadLetterBox) throws(StopReason) {
        let configuration = box.configuration
        let topic = configuration.redrivenTopic
        let admin = box.admin
        let exists = try forKafka(topic) { () throws(KafkaError) in
            try admin.describe([topic], timeoutMs: 10_000)[topic] != nil
        }
        if exists { return }
        guard configuration.topics.create else {
            throw StopReason(
                .configuration,
                "dead_letters.redriven_topic: topic \(topic) does not exist; create it compacted with one "
                    + "partition, or set topics.create: true")
        }
        let spec = TopicSpec(
            topic, partitions: 1, replicationFactor: Int32(configuration.topics.replicationFactor),
            config: ["cleanup.policy": "compact"])
        try forKafka(topic) { () throws(KafkaError) in
            try admin.createTopics([spec], timeoutMs: 10_000)
        }
    }

    private func initialise() throws(StopReason) {
        let start = ContinuousClock.now
        while true {
            do throws(TransactionFailure) {
                return try producer.initTransactions(deadlineMs: 10_000)
            } catch {
                if case .retriable = error, ContinuousClock.now - start < .milliseconds(limitMs) { continue }
                close()
                if let refusal = producer.settings.refusal(of: error.error) {
                    throw StopReason(.configuration, refusal)
                }
                throw StopReason(error.error, "cannot begin a transaction")
            }
        }
    }

    /// Either all of them are redriven and remembered, or it throws and nothing is.
    func redrive(_ pieces: [Piece]) throws(StopReason) {
        do throws(TransactionFailure) {
            try producer.begin()
            for piece in pieces {
                try send(piece.deadLetter)
                try send(piece)
            }
            try producer.commit(deadlineMs: limitMs)
        } catch {
            throw explained(error, pieces.count)
        }
    }

    private func send(_ deadLetter: DeadLetter) throws(TransactionFailure) {
        guard let source = deadLetter.source else { return }
        let topic: TopicHandle
        do throws(KafkaError) {
            topic = try producer.topic(source.topic)
        } catch {
            throw .fatal(error)
        }
        try withBytes(deadLetter.key) { (key) throws(TransactionFailure) in
            try withBytes(deadLetter.value) { (value) throws(TransactionFailure) in
                try producer.produce(
                    topic, partition: source.partition, key: key, value: value, headers: deadLetter.headers)
            }
        }
    }

    private func send(_ piece: Piece) throws(TransactionFailure) {
        try withBytes(Array(piece.recordKey.utf8)) { (key) throws(TransactionFailure) in
            try withBytes(piece.record) { (record) throws(TransactionFailure) in
                try producer.produce(records, key: key, value: record)
            }
        }
    }

    private func withBytes(
        _ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) throws(TransactionFailure) -> Void
    ) throws(TransactionFailure) {
        guard let bytes else { return try body(nil) }
        try bytes.span.withUnsafeBytes { (bytes) throws(TransactionFailure) in try body(bytes) }
    }

    private func explained(_ failure: TransactionFailure, _ count: Int) -> StopReason {
        let error = failure.error
        switch failure {
        case .fenced:
            return StopReason(
                .unavailable, "another redrive of this group was started; this one stops: \(error)")
        case .unknownOutcome:
            return StopReason(
                .unavailable,
                "it is not known whether the last \(count) dead letters were redriven: \(error). Run the "
                    + "command again: it skips those that were")
        case .retriable, .abortable:
            try? producer.abort(deadlineMs: 10_000)
        case .fatal: break
        }
        return StopReason(error, "the last \(count) dead letters were not redriven")
    }

    func close() { producer.close(deadlineMs: 5_000) }
}
