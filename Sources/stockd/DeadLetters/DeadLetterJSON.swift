import Foundation
import Service

/// A dead letter for programs. Bytes that are not UTF-8 are given in base64, under a name that says so.
struct DeadLetterJSON: Encodable {
    struct HeaderJSON: Encodable {
        var name: String
        var value: String?
        var valueBase64: String?
    }

    struct SourceJSON: Encodable {
        var topic: String
        var partition: Int32
        var offset: Int64
    }

    private var position: String
    private var time: String?
    private var reason: String
    private var message: String
    private var source: SourceJSON?
    private var redrivenAt: String?
    private var headers: [HeaderJSON]
    private var key: String?
    private var keyBase64: String?
    private var value: String?
    private var valueBase64: String?
    private var omittedBytes: [String: Int]?

    init(_ deadLetter: DeadLetter, redrivenAt: String?) {
        position = deadLetter.position.description
        time = deadLetter.timestampMs < 0 ? nil : deadLetter.timeText
        reason = deadLetter.reason
        message = deadLetter.message
        source = deadLetter.source.map {
            SourceJSON(topic: $0.topic, partition: $0.partition, offset: $0.offset)
        }
        self.redrivenAt = redrivenAt
        (key, keyBase64) = Self.text(deadLetter.key)
        (value, valueBase64) = Self.text(deadLetter.value)
        headers = deadLetter.headers.map {
            let (value, base64) = Self.text($0.value)
            return HeaderJSON(name: $0.name, value: value, valueBase64: base64)
        }
        omittedBytes = deadLetter.omittedBytes.isEmpty ? nil : deadLetter.omittedBytes
    }

    private static func text(_ bytes: [UInt8]?) -> (String?, base64: String?) {
        guard let bytes else { return (nil, nil) }
        if let text = String(validating: bytes, as: UTF8.self) { return (text, nil) }
        return (nil, Data(bytes).base64EncodedString())
    }

    /// One line with its end.
    func line() throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }
}
