internal import Kafka
internal import Wire

extension Configuration {
    /// What a file must hold for librdkafka to take it.
    private enum Content {
        case certificates
        case privateKey
        /// librdkafka, or a command that it runs, finds out.
        case any

        /// The end of the sentence `must be a PEM file with …`.
        var expected: String {
            switch self {
            case .certificates: "certificates, -----BEGIN CERTIFICATE-----"
            case .privateKey: "a private key, -----BEGIN PRIVATE KEY-----"
            case .any: ""
            }
        }

        func isIn(_ bytes: [UInt8]) -> Bool {
            let text = String(decoding: bytes, as: UTF8.self)
            switch self {
            case .certificates: return text.contains("CERTIFICATE-----")
            case .privateKey: return text.contains("PRIVATE KEY-----")
            case .any: return true
            }
        }
    }

    private static let contents: [(property: String, content: Content)] = [
        ("sasl.kerberos.keytab", .any), ("ssl.ca.location", .certificates),
        ("ssl.certificate.location", .certificates),
        ("ssl.crl.location", .any), ("ssl.key.location", .privateKey), ("ssl.keystore.location", .any),
    ]

    /// What is wrong with the files that `kafka.properties` names: librdkafka names neither the property nor the file.
    func fileMistakes() -> [Mistake] {
        Self.contents.compactMap { property, content in
            guard let path = kafka.properties[property], isInUse(property),
                property != "ssl.ca.location" || path != "probe",
                let remedy = Self.flaw(ofFile: path, content, mayBeDirectory: property == "ssl.ca.location")
            else { return nil }
            let key = "kafka.properties.\(property)"
            return Mistake(key: key, found: path, origin: propertyOrigins[property] ?? .standard, remedy: remedy)
        }
    }

    private func isInUse(_ property: String) -> Bool {
        property.hasPrefix("ssl.") ? transport.contains("SSL") : transport.contains("SASL") && mechanism == "GSSAPI"
    }

    private static func flaw(ofFile path: String, _ content: Content, mayBeDirectory: Bool) -> String? {
        do {
            if mayBeDirectory, FileContent.isDirectory(path) { return nil }
            let bytes = try FileContent.bytes(ofFile: path)
            if content.isIn(bytes) { return nil }
            let name = ForeignContent.name(of: bytes.span.bytes).map { "is \($0); " } ?? ""
            return name + "must be a PEM file with \(content.expected)"
        } catch {
            return "\(error)"
        }
    }
}
