extension Keys {
    /// Credentials, and whatever else librdkafka can be told.
    enum Security {
        static let username = Key(
            "kafka.sasl_username", Kind.text("a user name").orNull, default: "null",
            property: "sasl.username",
            "The SASL user (PLAIN, SCRAM); the mechanism itself is set in kafka.properties.")
        static let password = Key(
            "kafka.sasl_password", Kind.secret("a password").orNull, default: "null", secret: true,
            property: "sasl.password", "The SASL user's password.")
        static let keyPassword = Key(
            "kafka.ssl_key_password", Kind.secret("a passphrase").orNull, default: "null", secret: true,
            property: "ssl.key.password", "The passphrase of the private key at ssl.key.location.")
        static let keystorePassword = Key(
            "kafka.ssl_keystore_password", Kind.secret("a passphrase").orNull, default: "null", secret: true,
            property: "ssl.keystore.password", "The passphrase of the PKCS#12 file at ssl.keystore.location.")
        static let clientSecret = Key(
            "kafka.oauth_client_secret", Kind.secret("a client secret").orNull, default: "null", secret: true,
            property: "sasl.oauthbearer.client.secret",
            "The client secret of OAUTHBEARER with sasl.oauthbearer.method: oidc.")
        static let properties = Key(
            "kafka.properties", .properties, default: "",
            """
            Any other librdkafka property, by its own name, for the consumer and the producer alike. Those
            that the delivery guarantees rest on, and those that have a key of their own, are refused by
            name. For instance:
              security.protocol: SASL_SSL
              sasl.mechanism: SCRAM-SHA-512
              ssl.ca.location: /etc/ssl/certs/ca-certificates.crt
            """)
        static let all: [KeyEntry] = [
            username.entry, password.entry, keyPassword.entry, keystorePassword.entry, clientSecret.entry,
            properties.entry,
        ]
    }
}
