/// What librdkafka can log in with.
public enum SaslMechanism {
    /// As they must be written.
    public static let names = ["GSSAPI", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"]

    /// The two names of the one property.
    public static let properties = ["sasl.mechanism", "sasl.mechanisms"]
}
