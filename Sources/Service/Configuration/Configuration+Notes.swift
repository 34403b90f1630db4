import Wire

extension Configuration {
    /// Notes settings that somebody changed and that have no effect beside the others.
    func checkEffects(_ read: inout Reading) {
        noteFormats(&read)
        noteTopics(&read)
        noteCredentials(&read)
        noteProperties(&read)
        if deadLetters.topic == nil {
            read.note("dead_letters.redriven_topic", "has no effect: dead_letters.topic is null")
        }
        if http.listen == nil { read.note("http.token", "has no effect: http.listen is null") }
        if postgres.url == nil {
            for key in ["password", "schema", "interval", "create"] {
                read.note("postgres.\(key)", "has no effect: postgres.url is null")
            }
        }
    }

    private func noteFormats(_ read: inout Reading) {
        switch input.format.envelope {
        case .auto: break
        case .json:
            for key in ["input.unwrap_prefix", "input.on_truncate"] {
                read.note(key, "has no effect with input.format: json; set debezium or auto, or remove it")
            }
        case .debezium:
            read.note(
                "events.dedupe_window",
                "has no effect with input.format: debezium, where the row's key tells a repeated event; remove it")
        }
        if reference.thresholds == nil {
            for key in SourceFormat.keys(of: "reference.thresholds") {
                read.note(key, "has no effect: reference.thresholds.topic is null")
            }
        }
        let tables = [
            ("products", reference.products), ("warehouses", reference.warehouses),
            ("thresholds", reference.thresholds),
        ]
        for (section, table) in tables where table?.topic?.format.envelope == .json {
            read.note(
                "reference.\(section).unwrap_prefix",
                "has no effect with reference.\(section).format: json; set debezium or auto, or remove it")
        }
    }

    private func noteTopics(_ read: inout Reading) {
        if !topics.create {
            for key in Keys.all.map(\.name) where key.hasPrefix("topics.") && key != "topics.create" {
                read.note(key, "has no effect with topics.create: false, where stockd creates no topic; remove it")
            }
            return
        }
        if !alertsCleanupPolicy.contains("delete") {
            read.note(
                "topics.alerts.retention",
                "has no effect with the cleanup policy \(alertsCleanupPolicy), which keeps each alert's last message; "
                    + "remove it")
        }
        if deadLetters.topic == nil {
            read.note("topics.dead_letters.retention", "has no effect: dead_letters.topic is null")
        }
    }

    private func noteCredentials(_ read: inout Reading) {
        if transport.contains("SASL") {
            if !takesPassword {
                for key in ["kafka.sasl_username", "kafka.sasl_password"] {
                    read.note(
                        key,
                        "has no effect with the mechanism \(mechanism): set sasl.mechanism to PLAIN, SCRAM-SHA-256 or "
                            + "SCRAM-SHA-512 in kafka.properties")
                }
            }
            if mechanism != "OAUTHBEARER" {
                read.note(
                    "kafka.oauth_client_secret",
                    "has no effect with the mechanism \(mechanism): set sasl.mechanism to OAUTHBEARER in "
                        + "kafka.properties")
            }
        }
        guard transport.contains("SSL") else { return }
        if kafka.properties["ssl.key.location"] == nil, kafka.properties["ssl.key.pem"] == nil {
            read.note(
                "kafka.ssl_key_password", "has no effect: kafka.properties names no private key, ssl.key.location")
        }
        if kafka.properties["ssl.keystore.location"] == nil {
            read.note(
                "kafka.ssl_keystore_password", "has no effect: kafka.properties names no file, ssl.keystore.location")
        }
    }

    private func noteProperties(_ read: inout Reading) {
        let names = kafka.properties.keys.sorted()
        let forTLS = names.filter { $0.hasPrefix("ssl.") || $0 == "enable.ssl.certificate.verification" }
        if !transport.contains("SSL"), !forTLS.isEmpty {
            read.note(
                properties: forTLS,
                """
                the connection is not encrypted, and \(forTLS.joined(separator: ", ")) \
                \(forTLS.count == 1 ? "has" : "have") no effect: set security.protocol to SSL or SASL_SSL
                """)
        }
        let forSASL = names.filter { $0.hasPrefix("sasl.") }
        if !transport.contains("SASL"), !forSASL.isEmpty {
            read.note(
                properties: forSASL,
                """
                stockd does not log in, and \(forSASL.joined(separator: ", ")) \
                \(forSASL.count == 1 ? "has" : "have") no effect: set security.protocol to SASL_SSL or SASL_PLAINTEXT
                """)
        } else {
            noteMechanisms(forSASL, &read)
        }
        if kafka.properties["debug"] != nil, log.level > .debug {
            read.note(
                properties: ["debug"],
                "debug has no effect, because log.level is \(log.level) and its lines have the level debug; "
                    + "set log.level: debug")
        }
    }

    private func noteMechanisms(_ names: [String], _ read: inout Reading) {
        for (prefix, right) in [("sasl.oauthbearer.", "OAUTHBEARER"), ("sasl.kerberos.", "GSSAPI")]
        where mechanism != right {
            let idle = names.filter { $0.hasPrefix(prefix) }
            read.note(
                properties: idle,
                """
                \(idle.joined(separator: ", ")) \(idle.count == 1 ? "has" : "have") no effect with the mechanism \
                \(mechanism): set sasl.mechanism to \(right)
                """)
        }
    }
}
