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

    /// Whether it was built with Kerberos: Debian's is, the one in PyPI's wheel is not.
    public static let hasKerberos = features.contains("sasl_gssapi")

    /// What it was built with, such as `ssl` and `zstd`.
    private static let features: Set<String> = {
        guard let configuration = rd_kafka_conf_new() else { return [] }
        defer { rd_kafka_conf_destroy(configuration) }
        var text = CBuffer()
        let result = text.fill { bytes, count in
            var size = count
            return rd_kafka_conf_get(configuration, "builtin.features", bytes, &size)
        }
        return result == RD_KAFKA_CONF_OK ? Set(text.string.split(separator: ",").map(String.init)) : []
    }()
}
