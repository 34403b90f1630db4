/// Checks that the existing topics keep what stockd needs of them.
struct CleanupPolicies {
    private let configuration: Configuration
    /// Settings by topic. One that is absent is not known, and no problem.
    private let settings: [String: [String: String]]

    init(_ configuration: Configuration, _ settings: [String: [String: String]]) {
        self.configuration = configuration
        self.settings = settings
    }

    /// Each with the command that puts it right.
    var problems: [String] {
        var problems: [String] = []
        let state = configuration.stateTopic
        if let policy = settings[state]?["cleanup.policy"], policy != "compact" {
            problems.append(
                "state.topic: \(state) has cleanup.policy=\(policy), which would delete state that is still "
                    + "needed; set it to compact alone: \(command(state))")
        }
        for (key, topic) in tables {
            guard let found = settings[topic], let policy = found["cleanup.policy"], policy.contains("delete"),
                Self.isLimited(found)
            else { continue }
            problems.append(
                "\(key): \(topic) holds a table, and rows that are current would be deleted, because it has "
                    + "cleanup.policy=\(policy); set it to compact: \(command(topic))")
        }
        return problems
    }

    /// The topics of which the newest message of each key counts.
    private var tables: [(key: String, topic: String)] {
        configuration.topicNames.filter { key, _ in
            switch key {
            case "alerts.topic": configuration.alerts.format == .upsert
            case "outputs.stock_levels.topic", "outputs.rollup.topic": true
            default: false
            }
        }
    }

    private static func isLimited(_ settings: [String: String]) -> Bool {
        settings["retention.ms"] != "-1" || (settings["retention.bytes"] ?? "-1") != "-1"
    }

    private func command(_ topic: String) -> String {
        "kafka-configs --bootstrap-server \(configuration.kafka.bootstrapServers) --alter --entity-type topics "
            + "--entity-name \(topic) --add-config cleanup.policy=compact"
    }
}
