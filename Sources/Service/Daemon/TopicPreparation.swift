public import Kafka
import Wire

/// Makes sure that the topics exist before a worker needs them.
public struct TopicPreparation {
    private let configuration: Configuration
    private let admin: Admin
    private let timeoutMs: Int32 = 10_000

    /// Whether the daemon can begin.
    public enum Standing: Sendable {
        case ready
        /// Only an operator can put these right.
        case wrong([String])
        /// Passes by itself; a sentence says what is missing.
        case waiting(String)
    }

    public init(_ configuration: Configuration, _ admin: Admin) {
        self.configuration = configuration
        self.admin = admin
    }

    /// What is missing or does not fit, each with what would be right. Nothing is created.
    public func problems() throws(KafkaError) -> [String] {
        let names = configuration.topicNames
        let counts = try admin.describe(names.map(\.topic), timeoutMs: timeoutMs)
        var problems: [String] = []
        for (key, topic) in names where counts[topic] == nil && !configuration.topics.create {
            problems.append("\(key): topic \(topic) does not exist; create it, or set topics.create: true")
        }
        if let input = counts[configuration.input.topic], let state = counts[configuration.stateTopic],
            configuration.input.keyedBy == .product, input != state
        {
            let partitions = Counted.text(state, "partition")
            problems.append(
                "state.topic: \(configuration.stateTopic) has \(partitions); with input.keyed_by: product it needs as "
                    + "many as \(configuration.input.topic), which has \(input). If the input topic got more "
                    + "partitions, the events of one product are now in two of them: set input.keyed_by: none "
                    + "with one worker and start once with --rebuild (docs/operations.md, More partitions)")
        }
        let there = names.map(\.topic).filter { counts[$0] != nil }
        let settings = try admin.settings(of: there, timeoutMs: 3_000)
        return problems + CleanupPolicies(configuration, settings).problems
    }

    /// What to wait for while a starting cluster has fewer brokers than a missing topic needs replicas.
    public func missingBrokers() throws(KafkaError) -> String? {
        let wanted = configuration.topics.replicationFactor
        let there = try admin.brokerCount(timeoutMs: timeoutMs)
        guard wanted > there else { return nil }
        let counts = try admin.describe(configuration.topicNames.map(\.topic), timeoutMs: timeoutMs)
        guard let missing = configuration.topicNames.first(where: { counts[$0.topic] == nil }) else {
            return nil
        }
        return "topic \(missing.topic) needs \(wanted) replicas (topics.replication_factor), but only "
            + "\(there) \(there == 1 ? "broker is" : "brokers are") running"
    }

    /// Creates the topics that are missing, the state topic with as many partitions as the input.
    /// - Returns: the names of those created.
    public func create() throws(KafkaError) -> [String] {
        let counts = try admin.describe(configuration.topicNames.map(\.topic), timeoutMs: timeoutMs)
        let inputs = counts[configuration.input.topic] ?? configuration.topics.partitions
        let missing = configuration.topicNames.filter { counts[$0.topic] == nil }
        let specs = missing.map { key, topic in
            TopicSpec(
                topic, partitions: Int32(key == "state.topic" ? inputs : configuration.topics.partitions),
                replicationFactor: Int32(configuration.topics.replicationFactor), config: config(of: key))
        }
        try admin.createTopics(specs, timeoutMs: timeoutMs)
        return missing.map(\.topic)
    }

    /// Small segments and an early cleaner keep what a recovery reads close to what it needs.
    static let stateConfig = [
        "cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.1",
        "segment.bytes": "67108864", "segment.ms": "600000", "delete.retention.ms": "3600000",
    ]

    private func config(of key: String) -> [String: String] {
        switch key {
        case "state.topic":
            Self.stateConfig
        case "outputs.stock_levels.topic", "outputs.rollup.topic", "reference.products.topic",
            "reference.warehouses.topic", "reference.thresholds.topic":
            ["cleanup.policy": "compact"]
        case "alerts.topic":
            retention(configuration.topics.alertsRetention).merging(
                ["cleanup.policy": configuration.alertsCleanupPolicy]) { $1 }
        case "dead_letters.topic":
            // A dead letter has the time of the rejected message, so the broker's own limit could delete it at once.
            retention(configuration.topics.deadLettersRetention).merging(["retention.ms": "-1"]) { own, _ in
                own
            }
        default: [:]
        }
    }

    private func retention(_ duration: Duration?) -> [String: String] {
        duration.map { ["retention.ms": "\($0.milliseconds)"] } ?? [:]
    }
}
