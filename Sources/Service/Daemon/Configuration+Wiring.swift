import Inventory
public import Kafka
public import Logging
public import Pipeline
import Wire

extension Configuration {
    /// What every Kafka client of the process is made with.
    public func clientSettings(
        _ logger: Logger, onConnection: (@Sendable (ConnectionChange) -> Void)? = nil
    ) -> ClientSettings {
        var properties = kafka.properties
        for (name, secret) in kafka.securityProperties { properties[name] = secret.reveal() }
        return ClientSettings(
            bootstrapServers: kafka.bootstrapServers, clientID: kafka.clientID, properties: properties,
            logger: logger, onConnection: onConnection)
    }

    /// What librdkafka, and the guarantees that rest on it, say to a property; for `load`.
    public static func checkProperty(_ name: String, _ value: String) -> String? {
        ClientSettings.problems(in: [name: value]).first?.message
    }

    /// What only shows when a client is made, such as a certificate's file that is not there; no broker is asked.
    public func clientProblem() -> String? {
        do throws(KafkaError) {
            try Admin(clientSettings(Logger(label: "check") { _ in SwiftLogNoOpLogHandler() }))
                .close(deadlineMs: 1_000)
            return nil
        } catch {
            return error.message
        }
    }

    /// The worker's part of the configuration.
    public func pipelineSettings(release: String) -> PipelineSettings {
        var settings = PipelineSettings()
        settings.eventTypes = events.types
        settings.unknownType = events.unknownType == .deadLetter ? .deadLetter : .movesNothing
        settings.referenceTopics = referenceTopics
        settings.dedupeWindow = UInt64(max(0, events.dedupeWindow))
        settings.start =
            switch input.start {
            case .earliest: .earliest
            case .latest: .latest
            case .timestamp(let time): .timestamp(time)
            }
        settings.inputFormat = input.format
        settings.appliesTruncate = input.onTruncate == .apply
        settings.keyedBy = input.keyedBy == .product ? .product : .none
        settings.delivery = delivery == .exactlyOnce ? .exactlyOnce : .atLeastOnce
        settings.alertFormat = alerts.format == .upsert ? .upsert : .changes
        settings.outputs.everyAlertColumn = alerts.emit == .row
        settings.outputs.stockLevels = outputs.stockLevelsTopic != nil
        settings.outputs.rollup = outputs.rollupTopic != nil
        settings.hasDeadLetterTopic = deadLetters.topic != nil
        settings.maxBatchEvents = batch.maxEvents
        settings.commitIntervalMs = commit.interval.wholeMilliseconds
        settings.checkpointIntervalMs = checkpoint.interval.wholeMilliseconds
        settings.transactionTimeoutMs = kafka.transactionTimeout.wholeMilliseconds
        settings.sessionTimeoutMs = kafka.sessionTimeout.wholeMilliseconds
        settings.inputTopic = input.topic
        settings.stateTopic = stateTopic
        settings.groupID = kafka.groupID
        settings.release = release
        return settings
    }

    private var referenceTopics: [ReferenceKind: PipelineSettings.ReferenceTopic] {
        var topics: [ReferenceKind: PipelineSettings.ReferenceTopic] = [:]
        if case .topic(let name) = reference.products {
            topics[.products] = .init(name: name, format: reference.productsFormat)
        }
        if case .topic(let name) = reference.warehouses {
            topics[.warehouses] = .init(name: name, format: reference.warehousesFormat)
        }
        return topics
    }

    /// One worker's clients.
    func logSettings(worker: Int, hostname: String) -> KafkaLog.Settings {
        var topics: [Topic: String] = [.input: input.topic, .state: stateTopic, .alerts: alerts.topic]
        topics[.deadLetters] = deadLetters.topic
        topics[.stockLevels] = outputs.stockLevelsTopic
        topics[.rollup] = outputs.rollupTopic
        topics[.products] = referenceTopics[.products]?.name
        topics[.warehouses] = referenceTopics[.warehouses]?.name
        var consumer = ConsumerSettings(
            groupID: kafka.groupID, topic: input.topic,
            groupInstanceID: kafka.groupInstanceID(worker: worker, of: workers))
        consumer.sessionTimeoutMs = Int32(clamping: kafka.sessionTimeout.wholeMilliseconds)
        consumer.maxPollIntervalMs = Int32(clamping: kafka.maxPollInterval.wholeMilliseconds)
        consumer.queuedKilobytes = Int32(clamping: kafka.fetchBufferBytes / 1024)
        var producer = ProducerSettings(
            transactionalID: delivery == .exactlyOnce
                ? kafka.transactionalID(worker: worker, hostname: hostname) : nil)
        producer.transactionTimeoutMs = Int32(clamping: kafka.transactionTimeout.wholeMilliseconds)
        return KafkaLog.Settings(
            topics: topics, delivery: delivery == .exactlyOnce ? .exactlyOnce : .atLeastOnce,
            consumer: consumer, producer: producer)
    }
}

extension Duration {
    /// Milliseconds, rounded down.
    var wholeMilliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
