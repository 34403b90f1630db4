internal import Kafka

extension Configuration {
    /// Checks that the brokers' schemes and the credentials fit what `kafka.properties` says of the connection.
    ///
    /// - Parameter refused: The properties that were reported; what depends on one of them is not judged.
    func checkSecurity(_ read: inout Reading, refused: [String]) {
        let protocolName = kafka.properties["security.protocol"]
        guard BrokerAddress.schemes.contains(transport), !refused.contains(where: Self.isAboutSecurity) else { return }
        // librdkafka leaves out brokers of another scheme.
        let schemes = Set(kafka.brokers.compactMap { (try? BrokerAddress($0))?.scheme }).subtracting([transport])
        if let scheme = schemes.sorted().first {
            let written = protocolName == nil ? "\(transport) by default" : transport
            read.contradiction(
                "kafka.brokers", with: ["kafka.properties"],
                """
                \(scheme):// does not agree with security.protocol, which is \(written): set security.protocol: \
                \(scheme) in kafka.properties, or write host:port alone
                """)
            return
        }
        guard checkMechanism(&read) else { return }
        checkCredentials(&read)
    }

    /// - Returns: Whether it is known how to log in.
    private func checkMechanism(_ read: inout Reading) -> Bool {
        guard transport.contains("SASL"), SaslMechanism.properties.allSatisfy({ kafka.properties[$0] == nil }),
            !kafka.properties.keys.contains(where: { $0.hasPrefix("sasl.kerberos.") })
        else { return true }
        let key = "kafka.properties"
        read.report(
            key, found: nil, origin: read.origin(of: "security.protocol", in: key),
            """
            sasl.mechanism is missing beside security.protocol: \(transport); add one of \
            \(SaslMechanism.names.joined(separator: ", ")) (librdkafka's default, GSSAPI, needs sasl.kerberos.keytab)
            """)
        return false
    }

    /// Reports the two names of one property with different values: librdkafka would take either.
    func checkAliases(_ read: inout Reading) {
        let key = "kafka.properties"
        let names = Dictionary(grouping: kafka.properties.keys.sorted()) { ClientSettings.canonical($0) }
        for (_, both) in names.sorted(by: { $0.key < $1.key })
        where Set(both.compactMap { kafka.properties[$0] }).count > 1 {
            read.report(
                key, found: nil, origin: read.origin(of: both[0], in: key),
                "\(both.joined(separator: " and ")) are one property, and have different values; remove one of the two"
            )
        }
    }

    /// `security.protocol` in capitals.
    var transport: String { kafka.properties["security.protocol"]?.uppercased() ?? "PLAINTEXT" }

    /// `sasl.mechanism` in capitals.
    var mechanism: String {
        (kafka.properties["sasl.mechanism"] ?? kafka.properties["sasl.mechanisms"] ?? "GSSAPI").uppercased()
    }

    var usesKerberos: Bool { transport.contains("SASL") && mechanism == "GSSAPI" }

    /// Whether librdkafka's own command for a Kerberos ticket would be used, and no keytab is set for it.
    var needsKeytab: Bool {
        let set = ["keytab", "kinit.cmd"].contains { kafka.properties["sasl.kerberos.\($0)"] != nil }
        return usesKerberos && !set
            && kafka.properties["sasl.kerberos.min.time.before.relogin"] != "0"
    }

    /// Whether the mechanism takes a user and a password.
    var takesPassword: Bool { mechanism == "PLAIN" || mechanism.hasPrefix("SCRAM-") }

    private static func isAboutSecurity(_ property: String) -> Bool {
        let names = ["security.protocol", "sasl.mechanism", "sasl.mechanisms"]
        let name = property.lowercased().replacing("_", with: ".")
        return name.hasPrefix("sasl.") || Suggestion.nearest(to: name, among: names) != nil
    }

    private func checkCredentials(_ read: inout Reading) {
        for key in Keys.all where kafka.credentials[key.property ?? ""] != nil {
            let isSASL = key.property?.hasPrefix("sasl.") == true
            guard !transport.contains(isSASL ? "SASL" : "SSL") else { continue }
            let right = isSASL ? "SASL_SSL (or SASL_PLAINTEXT)" : "SSL or SASL_SSL"
            read.contradiction(
                key.name, with: ["kafka.properties"],
                "would not be used: kafka.properties must set security.protocol to \(right)")
        }
        let store = "kafka.ssl_keystore_password"
        if transport.contains("SSL"), kafka.properties["ssl.keystore.location"] != nil,
            kafka.credentials["ssl.keystore.password"] == nil
        {
            read.contradiction(
                store, with: ["kafka.properties"],
                "ssl.keystore.location needs it: set \(KeyEntry.environmentName(store)) or the credential \(store)")
        }
        guard transport.contains("SASL"), takesPassword else { return }
        for (property, name) in [("username", "kafka.sasl_username"), ("password", "kafka.sasl_password")]
        where kafka.credentials["sasl.\(property)"] == nil {
            read.contradiction(
                name, with: ["kafka.properties"],
                "\(mechanism) needs it: set \(KeyEntry.environmentName(name)) or the credential \(name)")
        }
    }
}
