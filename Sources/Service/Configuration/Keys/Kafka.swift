internal import Glibc
internal import Kafka

extension Configuration {
    public struct Kafka: Equatable, Sendable {
        /// `host:port` each.
        public var brokers: [String]
        public var groupID: String
        public var groupInstanceID: String?
        public var clientID: String
        /// Nil: named after the group and the host, see `transactionalID(_:hostname:)`.
        public var transactionalID: String?
        public var sessionTimeout: Duration
        public var maxPollInterval: Duration
        public var transactionTimeout: Duration
        /// Nil: a start waits for a broker for ever.
        public var brokerDeadline: Duration?
        public var fetchBufferBytes: Int
        /// The user name and the secrets by librdkafka's property names.
        public var credentials: [String: Secret]
        /// librdkafka properties by their own names.
        public var properties: [String: String]

        init(_ read: inout Reading) {
            read.section("kafka", "How to reach the cluster, and as whom.")
            brokers = read(
                "kafka.brokers", .brokers, default: "localhost:9092", property: "bootstrap.servers",
                """
                Brokers to connect to first; they name the rest of the cluster. One line with commas, or a
                list.
                """)
            groupID = read(
                "kafka.group_id", .text("a consumer group's name"), default: Keys.pipeline.groupID,
                property: "group.id",
                """
                The consumer group. Each group has its own stock: daemons of one group share the work, and a
                new group starts with no stock and publishes every alert again.
                """)
            groupInstanceID = read(
                "kafka.group_instance_id", Kind.text("a member's name").orNull, default: "null",
                property: "group.instance.id",
                """
                Static membership: a name of this daemon's own, the same after a restart. A restart within
                kafka.session_timeout then moves no partitions. With several workers, "-0", "-1" … are appended.
                """)
            clientID = read(
                "kafka.client_id", .text("a client's name"),
                default: ClientSettings(bootstrapServers: "").clientID, property: "client.id",
                "The name in the brokers' logs, metrics and quotas.")
            transactionalID = read(
                "kafka.transactional_id", Kind.text("a transactional id", upTo: 240).orNull, default: "null",
                property: "transactional.id",
                """
                The producer's name across restarts; two live daemons with one name stop each other. Null: the
                group id, "-", and kafka.group_instance_id or, without one, the host's name. Each worker appends
                its number.
                """)
            (sessionTimeout, maxPollInterval, transactionTimeout, brokerDeadline) = Self.times(&read)
            fetchBufferBytes = read(
                "kafka.fetch_buffer", .size((1 << 20)...(2047 << 20)),
                default: SizeText.write(Int(Keys.consumer.queuedKilobytes) << 10),
                property: "queued.max.messages.kbytes", "Memory for messages fetched ahead, for each worker.")
            credentials = Self.credentials(&read)
            properties = read(
                "kafka.properties", .properties, default: "",
                """
                Any other librdkafka property, by its own name, for the consumer and the producer alike.
                Those that exactly-once delivery depends on, and those that have a key of their own, are
                refused. For instance:
                  security.protocol: SASL_SSL
                  sasl.mechanism: SCRAM-SHA-512
                  ssl.ca.location: /etc/ssl/certs/ca-certificates.crt
                """)
        }

        private static func times(
            _ read: inout Reading
        ) -> (session: Duration, poll: Duration, transaction: Duration, broker: Duration?) {
            let session = read(
                "kafka.session_timeout", .duration(.seconds(6) ... .seconds(1800)),
                default: DurationText.write(milliseconds: Keys.consumer.sessionTimeoutMs),
                property: "session.timeout.ms",
                """
                After this long without a heartbeat a daemon counts as dead and its partitions move. Shorter
                than librdkafka's 45s because a successor waits for it; not shorter than
                kafka.transaction_timeout, which holds recovery back as long anyway. Heartbeats come from a
                thread of their own, so a busy worker does not miss them. The broker must allow it
                (group.min.session.timeout.ms).
                """)
            let poll = read(
                "kafka.max_poll_interval", .duration(.seconds(10) ... .seconds(86_400)),
                default: DurationText.write(milliseconds: Keys.consumer.maxPollIntervalMs),
                property: "max.poll.interval.ms",
                """
                A worker that does not poll for this long counts as stuck and loses its partitions.
                Recovering a partition must fit into it.
                """)
            let transaction = read(
                "kafka.transaction_timeout", .duration(.seconds(1) ... .seconds(900)),
                default: DurationText.write(milliseconds: Keys.producer.transactionTimeoutMs),
                property: "transaction.timeout.ms",
                """
                The broker aborts a transaction left open this long. A daemon killed in the middle of one holds
                readers and its successor back until then. At most kafka.session_timeout.
                """)
            let broker = read(
                "kafka.broker_deadline", Kind.duration(.seconds(1) ... .seconds(604_800)).orNull,
                default: "null",
                """
                How long a start may wait for a broker before it exits with code 69. Null: keep trying for ever.
                """)
            return (session, poll, transaction, broker)
        }

        private static func credentials(_ read: inout Reading) -> [String: Secret] {
            let user = read(
                "kafka.sasl_username", Kind.text("a user name").orNull, default: "null",
                property: "sasl.username",
                "The SASL user (PLAIN, SCRAM); the mechanism itself is set in kafka.properties.")
            var credentials = user.map { ["sasl.username": Secret($0)] } ?? [:]
            for (name, what, property, documentation) in [
                ("kafka.sasl_password", "a password", "sasl.password", "The SASL user's password."),
                (
                    "kafka.ssl_key_password", "a passphrase", "ssl.key.password",
                    "The passphrase of the private key at ssl.key.location."
                ),
                (
                    "kafka.ssl_keystore_password", "a passphrase", "ssl.keystore.password",
                    "The passphrase of the PKCS#12 file at ssl.keystore.location."
                ),
                (
                    "kafka.oauth_client_secret", "a client secret", "sasl.oauthbearer.client.secret",
                    "The client secret of OAUTHBEARER with sasl.oauthbearer.method: oidc."
                ),
            ] {
                credentials[property] = read(
                    name, Kind.secret(what).orNull, default: "null", secret: true, property: property,
                    documentation)
            }
            return credentials
        }

        /// The brokers as librdkafka takes them.
        public var bootstrapServers: String { brokers.joined(separator: ",") }

        /// The transactional id of a role, such as a worker's number. It is the same after a restart on the same
        /// host, so that the start ends what its predecessor left open.
        func transactionalID(_ role: String, hostname: String = Self.hostname) -> String {
            "\(transactionalID ?? "\(groupID)-\(groupInstanceID ?? hostname)")-\(role)"
        }

        private static var hostname: String {
            var name = [CChar](repeating: 0, count: 256)
            gethostname(&name, name.count - 1)
            return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }

        /// The static member's name of one worker; nil without static membership.
        public func groupInstanceID(worker: Int, of workers: Int) -> String? {
            groupInstanceID.map { workers == 1 ? $0 : "\($0)-\(worker)" }
        }
    }
}
