/// A librdkafka property that stockd decides itself, because a guarantee or a structure rests on it.
struct RefusedProperty {
    let reason: String
    /// The stockd setting to use instead, if there is one.
    let instead: String?

    var message: String {
        "stockd sets this itself: \(reason)" + (instead.map { "; use \($0)" } ?? "")
    }

    static func named(_ key: String) -> RefusedProperty? {
        if let listed = table[key] { return listed }
        if key.hasSuffix("_cb") || key.hasPrefix("dr_") { return callback }
        if key.hasPrefix("test.mock.") { return mock }
        return nil
    }

    static var names: some Sequence<String> { table.keys }

    private static let callback = RefusedProperty(
        reason: "callbacks cannot be set from a configuration file", instead: nil)
    private static let mock = RefusedProperty(
        reason: "it would replace the cluster with an embedded one", instead: "the demo command")

    private static func refuse(_ keys: [String], _ reason: String, _ instead: String? = nil)
        -> [(String, RefusedProperty)]
    {
        keys.map { ($0, RefusedProperty(reason: reason, instead: instead)) }
    }

    private static let table = Dictionary(uniqueKeysWithValues: identity + offsets + delivery + plumbing)

    private static let identity =
        refuse(["bootstrap.servers", "metadata.broker.list"], "it names the cluster", "kafka.brokers")
        + refuse(["client.id"], "each worker's client is named after it", "kafka.client_id")
        + refuse(["group.id"], "the group also names the state topic", "kafka.group_id")
        + refuse(["group.instance.id"], "every worker needs its own", "kafka.group_instance_id")
        + refuse(
            ["transactional.id"], "each worker needs its own, or workers fence each other",
            "kafka.transactional_id")
        + refuse(
            ["partition.assignment.strategy", "group.protocol", "group.remote.assignor"],
            "recovery works only with eager assignment (range)")
        + refuse(["group.protocol.type"], "members that differ in it cannot share a group")
        + refuse(["session.timeout.ms"], "transactions must end within it", "kafka.session_timeout")
        + refuse(["max.poll.interval.ms"], "recovery must fit into it", "kafka.max_poll_interval")

    private static let offsets =
        refuse(
            [
                "enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store",
                "auto.commit.interval.ms", "offset.store.method", "offset.store.path",
                "offset.store.sync.interval.ms",
            ],
            "offsets are committed in the transaction of the changes they belong to, never alone")
        + refuse(
            ["auto.offset.reset"],
            "when the log no longer holds an offset, the daemon must stop and not skip events",
            "input.start for a new group, or --accept-data-loss")
        + refuse(["isolation.level"], "aborted records must never count")
        + refuse(["enable.partition.eof"], "stockd needs it to notice the end of a partition")
        + refuse(["check.crcs"], "a damaged record must never count")
        + refuse(["consume.callback.max.messages"], "stockd uses no consume callback")

    private static let delivery =
        refuse(
            ["enable.idempotence", "enable.gapless.guarantee"],
            "without it a retry may publish a change twice or out of order")
        + refuse(["acks", "request.required.acks"], "a change must reach all in-sync replicas")
        + refuse(
            ["max.in.flight", "max.in.flight.requests.per.connection"],
            "the order of changes depends on it")
        + refuse(
            ["retries", "message.send.max.retries"],
            "a change is retried until its transaction times out", "kafka.transaction_timeout")
        + refuse(
            ["delivery.timeout.ms", "message.timeout.ms", "transaction.timeout.ms"],
            "it bounds how long a dead worker holds back readers", "kafka.transaction_timeout")
        + refuse(
            ["partitioner", "msg_order_cmp", "queuing.strategy"],
            "changes of one key must stay together and in order")
        + refuse(
            ["delivery.report.only.error", "produce.offset.report"],
            "every delivery is counted before its transaction commits")

    private static let plumbing =
        refuse(["enabled_events", "opaque", "default_topic_conf", "interceptors"], callback.reason)
        + refuse(["ssl_engine_callback_data", "ssl_key", "ssl_certificate", "ssl_ca"], callback.reason)
        + refuse(["plugin.library.paths"], "it would load foreign code into the daemon")
        + refuse(["log.queue", "log.thread.name"], "log lines go to stockd's own log", "log.level")
        + refuse(["log_level"], "log lines go to stockd's own log", "log.level")
        + refuse(["internal.termination.signal"], "it would interfere with an orderly stop")
        + refuse(["api.version.request", "broker.version.fallback", "api.version.fallback.ms"], oldBroker)
        + refuse(
            ["allow.auto.create.topics"], "a mistyped topic name would create an empty topic",
            "topics.create")
        + refuse(
            ["enable.sasl.oauthbearer.unsecure.jwt", "sasl.oauthbearer.config"],
            "unsecured tokens are for librdkafka's own tests", "sasl.oauthbearer.method=oidc")
        + refuse(["topic.blacklist"], "a hidden topic would look like an empty one")

    private static let oldBroker = "it is for brokers older than 0.10, which have no transactions"
}
