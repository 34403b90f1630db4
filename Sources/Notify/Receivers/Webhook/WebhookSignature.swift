import CCrypto
import Foundation

/// The signature of the Standard Webhooks specification.
struct WebhookSignature {
    private let keys: [[UInt8]]

    /// - Parameter secrets: of the form `whsec_<base64>`; several while one takes the place of another.
    init(_ secrets: [String]) throws(ReceiverSettingsError) {
        var keys: [[UInt8]] = []
        for secret in secrets {
            if let problem = Self.problem(with: secret) { throw ReceiverSettingsError("secret", problem) }
            keys.append(Self.key(of: secret) ?? [])
        }
        self.keys = keys
    }

    /// Why it is no secret, without showing it; nil when it is one.
    static func problem(with secret: String) -> String? {
        guard secret.hasPrefix("whsec_") else {
            return "must be whsec_ and 24 to 64 bytes in base64, such as: whsec_$(openssl rand -base64 32); "
                + "it does not begin with whsec_"
        }
        guard let key = key(of: secret) else {
            return "must be whsec_ and 24 to 64 bytes in base64; what follows whsec_ is no base64"
        }
        guard (24...64).contains(key.count) else {
            return "must be whsec_ and 24 to 64 bytes in base64; it holds \(key.count)"
        }
        return nil
    }

    private static func key(of secret: String) -> [UInt8]? {
        Data(base64Encoded: String(secret.dropFirst("whsec_".utf8.count))).map { Array($0) }
    }

    /// The header's value: one signature for each secret.
    func header(id: String, seconds: Int, body: [UInt8]) -> String {
        let content = Array("\(id).\(seconds).".utf8) + body
        return keys.map { "v1," + Data(Self.hmac(key: $0, content)).base64EncodedString() }.joined(separator: " ")
    }

    /// HMAC-SHA256.
    private static func hmac(key: [UInt8], _ content: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        HMAC(EVP_sha256(), key, Int32(key.count), content, content.count, &digest, &length)
        return digest
    }
}
