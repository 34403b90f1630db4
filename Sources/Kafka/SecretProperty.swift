/// Which properties hold something that must not reach a log or an error.
public enum SecretProperty {
    /// Whether a property may hold a secret, by what its name says. It errs on the side of a secret, because it also
    /// decides for properties of other clients and for misspelt names.
    public static func holdsSecret(_ name: String) -> Bool {
        let name = name.lowercased()
        if words.contains(where: { name.contains($0) }) { return true }
        let last = name.split { !$0.isLetter }.last
        return last == "key" || last == "pem" || last == "pwd" || listed.contains(name)
    }

    /// Whether a property's value may be shown: librdkafka has the property, and it holds no secret. A name that
    /// librdkafka does not have may be a misspelt one of a secret.
    public static func maybeShown(_ name: String) -> Bool {
        PropertyCatalogue.has(name) && !holdsSecret(name)
    }

    /// Whether a property with this value holds a secret: by its name, or by what somebody wrote into it by mistake.
    static func holdsSecret(_ name: String, _ value: String) -> Bool {
        holdsSecret(name) || SecretText.masked(value) != value
    }

    private static let words = [
        "password", "passwd", "passphrase", "secret", "token", "jaas", "credential", "user.info", "ssl_key",
        "keystore.certificate",
    ]

    private static let listed: Set<String> = [
        "sasl.oauthbearer.config", "sasl.oauthbearer.extensions", "sasl.kerberos.kinit.cmd",
    ]
}

/// Takes the secrets among properties out of what librdkafka writes: it quotes values in errors, and the command that
/// gets a Kerberos ticket in the log.
struct SecretMask: Sendable {
    private let secrets: [String]

    init(_ properties: [String: String]) {
        var secrets: Set<String> = []
        for (name, value) in properties where SecretProperty.holdsSecret(name, value) {
            if !SecretProperty.holdsSecret(name) {
                let words = SecretText.words(value).map(String.init) + [value]
                secrets.formUnion(words.filter { $0.utf8.count >= 4 })
            } else if name == "sasl.kerberos.kinit.cmd" {
                // librdkafka fills in the %{…} of the command, and writes the rest as it is.
                secrets.formUnion(value.split { " {}%".contains($0) }.map(String.init).filter { $0.utf8.count >= 4 })
            } else if value.utf8.count >= 8 {
                // A shorter one may be a part of any message.
                secrets.insert(value)
            }
        }
        self.secrets = secrets.sorted { $0.utf8.count > $1.utf8.count }
    }

    func callAsFunction(_ text: String) -> String {
        secrets.reduce(text) { $0.replacing($1, with: "<redacted>") }
    }
}
