import Wire

extension Configuration {
    /// Reports values that are right by themselves but not together.
    func check(_ read: inout Reading) {
        checkSharing(&read)
        checkRows(&read)
        checkTopicNames(&read)
        checkTimes(&read)
        checkEvents(&read)
        checkHTTP(&read)
    }

    private func checkHTTP(_ read: inout Reading) {
        guard let listen = http.listen, !listen.isLoopback, http.token == nil else { return }
        read.contradiction(
            "http.listen", with: ["http.token"],
            """
            an address that other machines reach needs a token: set \(KeyEntry.environmentName("http.token")) or \
            the credential http.token, or listen on 127.0.0.1
            """)
    }

    private func checkSharing(_ read: inout Reading) {
        if workers > 1, input.keyedBy == .none {
            read.contradiction(
                "workers", with: ["input.keyed_by"],
                """
                more than one worker needs input.keyed_by: product (and a producer that keys by product), \
                because a pair's stock must have one owner
                """)
        }
    }

    private func checkRows(_ read: inout Reading) {
        guard input.format.envelope == .debezium, input.keyedBy == .product else { return }
        read.contradiction(
            "input.keyed_by", with: ["input.format"],
            """
            must be none with input.format: debezium: Debezium keys a row's changes by its primary key, the \
            event, so the events of one product lie in several partitions
            """)
    }

    private func checkTopicNames(_ read: inout Reading) {
        if state.topic == nil, !TopicName.isLegal(stateTopic) {
            read.contradiction(
                "kafka.group_id", with: ["state.topic"],
                "with \"-state\" appended it is not a valid topic name; set state.topic")
        }
        var users: [String: String] = [:]
        // Not in `topicNames`, since the daemon does not use it.
        let redriven = [("dead_letters.redriven_topic", redrivenTopic)].filter { _ in deadLetters.topic != nil
        }
        for (key, topic) in topicNames + redriven {
            guard let other = users.updateValue(key, forKey: topic) else { continue }
            read.contradiction(
                key, with: [other], "\(other) names the topic \(topic) as well; each needs its own topic")
        }
        if alerts.format == .upsert, alertsCleanupPolicy.contains("delete") {
            read.contradiction(
                "topics.alerts.cleanup_policy", with: ["alerts.format"],
                "with alerts.format: upsert, Kafka would delete rows that are current; use auto or compact")
        }
    }

    private func checkTimes(_ read: inout Reading) {
        if kafka.maxPollInterval < kafka.sessionTimeout {
            read.contradiction(
                "kafka.max_poll_interval", with: ["kafka.session_timeout"],
                """
                must be at least kafka.session_timeout \
                (\(DurationText.write(kafka.sessionTimeout))): librdkafka refuses less
                """)
        }
        if kafka.transactionTimeout > kafka.sessionTimeout {
            read.contradiction(
                "kafka.transaction_timeout", with: ["kafka.session_timeout"],
                """
                must be at most kafka.session_timeout (\(DurationText.write(kafka.sessionTimeout))): else a dead \
                daemon's open transaction would still block its successor after the partitions have moved
                """)
        }
        if commit.interval * 2 > kafka.transactionTimeout {
            read.contradiction(
                "commit.interval", with: ["kafka.transaction_timeout"],
                """
                must be at most half of kafka.transaction_timeout (\(DurationText.write(kafka.transactionTimeout))), \
                or the broker aborts transactions before they commit
                """)
        }
    }

    private func checkEvents(_ read: inout Reading) {
        let signs = Set(events.types.values)
        if !signs.contains(1) || !signs.contains(-1) {
            read.contradiction(
                "events.types",
                """
                must have a type that adds (+1) and one that takes away (-1); the table replaces the default \
                one, so list RECEIVED, RETURNED and SHIPPED in it if they still come
                """)
        }
        let types = events.types.keys.map(SignTable.name)
        if let twice = types.sorted().first(where: { type in types.count { $0 == type } > 1 }) {
            read.contradiction(
                "events.types",
                "must have each type once; \(twice) also stands with blanks at its end, which do not count")
        }
        if events.unknownType == .deadLetter, deadLetters.topic == nil {
            read.contradiction(
                "events.unknown_type", with: ["dead_letters.topic"],
                "needs dead_letters.topic, which is null; name a topic there or use ignore")
        }
    }
}
