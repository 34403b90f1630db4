/// A property of Kafka's Java client that librdkafka does not have: people copy their `consumer.properties`.
enum JavaProperty {
    /// What to use instead, as the end of a sentence; nil for a name that the Java client does not have either.
    static func remedy(_ name: String) -> String? {
        if let instead = table[name] { return "is a property of Kafka's Java client; \(instead)" }
        guard prefixes.contains(where: { name.hasPrefix($0) }) else { return nil }
        return "is a property of Kafka's Java client; \(remove)"
    }

    static var names: some Sequence<String> { table.keys }

    private static let remove = "stockd has nothing like it, remove it"
    private static let jaas =
        "set kafka.sasl_username and the credential kafka.sasl_password, and name the sasl.mechanism here"
    private static let trust = "set ssl.ca.location to a PEM file with the authorities' certificates"
    private static let store =
        "set ssl.keystore.location to a PKCS#12 file, or ssl.certificate.location and ssl.key.location to PEM files"
    private static let formats = "stockd knows the form of its messages, see input.format; remove it"
    private static let registry = "stockd reads no schema registry, remove it"

    private static let prefixes = [
        "metric.", "metrics.", "sasl.login.", "sasl.server.", "sasl.kerberos.ticket.", "schema.registry.",
        "basic.auth.", "socket.connection.setup.timeout.max", "confluent.", "client.id.prefix",
    ]

    private static let table: [String: String] = [
        "key.deserializer": formats, "value.deserializer": formats, "key.serializer": formats,
        "value.serializer": formats, "specific.avro.reader": registry, "auto.register.schemas": registry,
        "use.latest.version": registry,
        "sasl.jaas.config": jaas, "sasl.client.callback.handler.class": remove,
        "sasl.oauthbearer.jwks.endpoint.url": remove,
        "ssl.truststore.location": trust, "ssl.truststore.password": "a PEM file needs none; \(trust)",
        "ssl.truststore.type": trust, "ssl.truststore.certificates": trust,
        "ssl.keystore.type": store, "ssl.keystore.key": store, "ssl.keystore.certificate.chain": store,
        "ssl.protocol": remove, "ssl.enabled.protocols": remove, "ssl.provider": remove,
        "ssl.keymanager.algorithm": remove, "ssl.trustmanager.algorithm": remove,
        "ssl.secure.random.implementation": remove, "ssl.engine.factory.class": remove,
        "ssl.client.auth": remove, "security.providers": remove,
        "max.poll.records": "set batch.max_events",
        "fetch.max.wait.ms": "set fetch.wait.max.ms", "buffer.memory": "set queue.buffering.max.kbytes",
        "max.block.ms": "set kafka.transaction_timeout", "default.api.timeout.ms": "set socket.timeout.ms",
        "max.request.size": "set message.max.bytes", "max.message.bytes": "set message.max.bytes",
        "receive.buffer.bytes": "set socket.receive.buffer.bytes",
        "send.buffer.bytes": "set socket.send.buffer.bytes",
        "metadata.max.idle.ms": remove, "exclude.internal.topics": remove, "interceptor.classes": remove,
        "auto.include.jmx.reporter": remove, "client.dns.lookup": remove,
        "internal.leave.group.on.close": remove, "enable.metrics.push": remove,
        "partitioner.class": "the order of changes depends on it, remove it",
        "partitioner.ignore.keys": remove, "partitioner.availability.timeout.ms": remove,
        "partitioner.adaptive.partitioning.enable": remove, "reconnect.backoff.jitter": remove,
        "zookeeper.connect": "set kafka.brokers",
    ]
}
