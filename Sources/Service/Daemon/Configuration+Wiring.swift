import Inventory
public import Kafka
public import Logging
public import Pipeline
import Wire

extension Configuration {
    /// The settings of every Kafka client of the process.
    public func clientSettings(
        _ logger: Logger, onConnection: (@Sendable (ConnectionChange) -> Void)? = nil
    ) -> ClientSettings {
        var properties = kafka.properties
        for (name, secret) in kafka.credentials { properties[name] = secret.reveal() }
        return ClientSettings(
            bootstrapServers: kafka.bootstrapServers, clientID: kafka.clientID, properties: properties,
            logger: logger, onConnection: onConnection)
    }

    /// The worker's part of the configuration.
    public func pipelineSettings(release: String) -> PipelineSettings {
        var settings = PipelineSettings()
        settings.ids = ids.table
        settings.eventTypes = events.types
        settings.unknownType = events.unknownType
        settings.referenceTopics = referenceTopics
        settings.dedupeWindow = events.dedupeWindow
        settings.start = input.start
        settings.inputFormat = input.format
        settings.onTruncate = input.onTruncate
        settings.keyedBy = input.keyedBy
        settings.alertFormat = alerts.format
        settings.outputs.emit = alerts.emit
        settings.outputs.stockLevels = outputs.stockLevelsTopic != nil
        settings.outputs.rollup = outputs.rollupTopic != nil
        settings.hasDeadLetterTopic = deadLetters.topic != nil
        settings.maxBatchEvents = batch.maxEvents
        settings.commitIntervalMs = commit.interval.milliseconds
        settings.checkpointIntervalMs = checkpoint.interval.milliseconds
        // PostgreSQL reads the views, too, but no history.
        settings.historyChanges = http.listen == nil ? 0 : history.changes
        settings.transactionTimeoutMs = kafka.transactionTimeout.milliseconds
        settings.sessionTimeoutMs = kafka.sessionTimeout.milliseconds
        settings.inputTopic = input.topic
        settings.stateTopic = stateTopic
        settings.groupID = kafka.groupID
        settings.release = release
        return settings
    }

    var referenceTopics: [ReferenceKind: PipelineSettings.ReferenceTopic] {
        [
            .products: reference.products.topic, .warehouses: reference.warehouses.topic,
            .thresholds: reference.thresholds?.topic,
        ].compactMapValues { $0 }
    }

    /// One worker's clients.
    public func sessionSettings(worker: Int) -> KafkaSession.Settings {
        var topics: [Topic: String] = [.input: input.topic, .state: stateTopic, .alerts: alerts.topic]
        topics[.deadLetters] = deadLetters.topic
        topics[.stockLevels] = outputs.stockLevelsTopic
        topics[.rollup] = outputs.rollupTopic
        for (kind, topic) in referenceTopics { topics[.reference(kind)] = topic.name }
        var consumer = ConsumerSettings(
            groupID: kafka.groupID, topic: input.topic,
            groupInstanceID: kafka.groupInstanceID(worker: worker, of: workers))
        consumer.sessionTimeoutMs = Int32(clamping: kafka.sessionTimeout.milliseconds)
        consumer.maxPollIntervalMs = Int32(clamping: kafka.maxPollInterval.milliseconds)
        consumer.queuedKilobytes = Int32(clamping: kafka.fetchBufferBytes / 1024)
        return KafkaSession.Settings(topics: topics, consumer: consumer, producer: producerSettings("\(worker)"))
    }

    /// The settings of a producer, whose transactional id ends in its role.
    func producerSettings(_ role: String) -> ProducerSettings {
        var settings = ProducerSettings(transactionalID: kafka.transactionalID(role))
        settings.transactionTimeoutMs = Int32(clamping: kafka.transactionTimeout.milliseconds)
        return settings
    }
}
