extension Configuration {
    public struct Kafka: Equatable, Sendable {
        /// `host:port` each.
        public var brokers: [String]
        public var groupID: String
        public var groupInstanceID: String?
        public var clientID: String
        /// Nil: named after the group and the host, see `transactionalID(worker:hostname:)`.
        public var transactionalID: String?
        public var sessionTimeout: Duration
        public var maxPollInterval: Duration
        public var transactionTimeout: Duration
        /// Nil: a start waits for a broker for ever.
        public var brokerDeadline: Duration?
        public var fetchBufferBytes: Int
        public var saslUsername: String?
        public var saslPassword: Secret?
        public var sslKeyPassword: Secret?
        public var sslKeystorePassword: Secret?
        public var oauthClientSecret: Secret?
        /// librdkafka properties by their own names.
        public var properties: [String: String]

        init(_ read: inout Reading) {
            typealias Key = Keys.Kafka
            brokers = read(Key.brokers)
            groupID = read(Key.groupID)
            groupInstanceID = read(Key.groupInstanceID)
            clientID = read(Key.clientID)
            transactionalID = read(Key.transactionalID)
            sessionTimeout = read(Key.sessionTimeout)
            maxPollInterval = read(Key.maxPollInterval)
            transactionTimeout = read(Key.transactionTimeout)
            brokerDeadline = read(Key.brokerDeadline)
            fetchBufferBytes = read(Key.fetchBuffer)
            saslUsername = read(Keys.Security.username)
            saslPassword = read(Keys.Security.password)
            sslKeyPassword = read(Keys.Security.keyPassword)
            sslKeystorePassword = read(Keys.Security.keystorePassword)
            oauthClientSecret = read(Keys.Security.clientSecret)
            properties = read(Keys.Security.properties)
        }

        /// The brokers as librdkafka takes them.
        public var bootstrapServers: String { brokers.joined(separator: ",") }

        /// The transactional id of one worker: the same after a restart on the same host, so that its start
        /// ends what its predecessor left open.
        public func transactionalID(worker: Int, hostname: String) -> String {
            "\(transactionalID ?? "\(groupID)-\(groupInstanceID ?? hostname)")-\(worker)"
        }

        /// The static member's name of one worker; nil without static membership.
        public func groupInstanceID(worker: Int, of workers: Int) -> String? {
            groupInstanceID.map { workers == 1 ? $0 : "\($0)-\(worker)" }
        }

        /// The secrets and the user name by librdkafka's property names.
        public var securityProperties: [(name: String, value: Secret)] {
            [
                ("sasl.username", saslUsername.map { Secret($0) }),
                ("sasl.password", saslPassword),
                ("ssl.key.password", sslKeyPassword),
                ("ssl.keystore.password", sslKeystorePassword),
                ("sasl.oauthbearer.client.secret", oauthClientSecret),
            ].compactMap { name, value in value.map { (name, $0) } }
        }
    }
}
