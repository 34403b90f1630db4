/// Which properties hold something that must not reach a log.
public enum SecretProperty {
    public static func holdsSecret(_ key: String) -> Bool {
        let key = key.lowercased()
        return key.hasSuffix(".pem") || key.contains("password") || key.contains("secret")
            || key == "ssl_key" || key == "sasl.oauthbearer.config" || key == "sasl.kerberos.kinit.cmd"
    }
}
