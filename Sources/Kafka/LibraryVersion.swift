import CRDKafka

/// The librdkafka that is loaded at run time.
public enum LibraryVersion {
    /// Such as `2.0.2`.
    public static var text: String { String(cString: rd_kafka_version_str()) }

    /// Why the library cannot be used; nil when it can. 2.0 brought the assignment and transaction behaviour
    /// that the Kafka module was checked against.
    public static var problem: String? {
        rd_kafka_version() >= 0x0200_00ff ? nil : "librdkafka \(text) is too old: 2.0.0 or newer is needed"
    }
}
