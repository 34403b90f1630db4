public import Kafka
import Logging
public import Pipeline
import Wire

/// Makes the topic that holds what receivers were told.
struct NotifyTopics {
    private let configuration: Configuration
    private let admin: Admin
    private let timeoutMs: Int32 = 10_000

    init(_ configuration: Configuration, _ admin: Admin) {
        self.configuration = configuration
        self.admin = admin
    }

    /// Creates what is missing, if it may.
    func prepare(_ logger: Logger) throws(KafkaError) -> TopicPreparation.Standing {
        let problems = try problems()
        guard problems.isEmpty else { return .wrong(problems) }
        let (alerts, state) = (configuration.alerts.topic, configuration.notifyStateTopic)
        let counts = try admin.describe([alerts, state], timeoutMs: timeoutMs)
        guard let partitions = counts[alerts] else {
            return .waiting("alerts.topic: topic \(alerts) does not exist yet; stockd run creates it")
        }
        if counts[state] != nil { return .ready }
        let spec = TopicSpec(
            state, partitions: Int32(partitions), replicationFactor: Int32(configuration.topics.replicationFactor),
            config: TopicPreparation.stateConfig)
        try admin.createTopics([spec], timeoutMs: timeoutMs)
        logger.notice("created topic \(state)")
        return .ready
    }

    /// What is wrong with the topics, each with what would be right.
    func problems() throws(KafkaError) -> [String] {
        let (alerts, state) = (configuration.alerts.topic, configuration.notifyStateTopic)
        let counts = try admin.describe([alerts, state], timeoutMs: timeoutMs)
        guard let found = counts[state] else {
            guard let wanted = counts[alerts], !configuration.topics.create else { return [] }
            return [
                "notify.state_topic: topic \(state) does not exist; create it with "
                    + "\(Counted.text(wanted, "partition")) and cleanup.policy=compact, or set topics.create: true"
            ]
        }
        var problems: [String] = []
        if let wanted = counts[alerts], wanted != found {
            problems.append(
                "notify.state_topic: \(state) has \(Counted.text(found, "partition")), but \(alerts) has \(wanted); "
                    + "it needs as many. Set another notify.group_id, under which all that stands is told again")
        }
        let policy = try admin.settings(of: [state], timeoutMs: 3_000)[state]?["cleanup.policy"]
        if let policy, policy != "compact" {
            problems.append(
                "notify.state_topic: \(state) has cleanup.policy=\(policy), which would delete what receivers were "
                    + "told; set it to compact alone")
        }
        return problems
    }
}

extension Configuration {
    /// What is wrong with the topics of `stockd notify`, each with what would be right.
    public func notifyProblems(_ admin: Admin) throws(KafkaError) -> [String] {
        try NotifyTopics(self, admin).problems()
    }

    /// The clients of `stockd notify`: the alert topic is its input.
    public var notifySessionSettings: KafkaSession.Settings {
        var consumer = ConsumerSettings(
            groupID: notifyGroupID, topic: alerts.topic, groupInstanceID: kafka.groupInstanceID)
        consumer.sessionTimeoutMs = Int32(clamping: kafka.sessionTimeout.milliseconds)
        consumer.maxPollIntervalMs = Int32(clamping: kafka.maxPollInterval.milliseconds)
        consumer.queuedKilobytes = Int32(clamping: min(kafka.fetchBufferBytes / 1024, 16_384))
        return KafkaSession.Settings(
            topics: [.input: alerts.topic, .state: notifyStateTopic], consumer: consumer,
            producer: producerSettings("notify"))
    }
}
