import Testing

@testable import Pipeline

@Suite("Dead letters that are too large or too old for their topic")
struct DeadLetterLimitsTests {
    @Test("a dead letter leaves out what its topic rejects, one part at a time")
    func parts() {
        let key = [UInt8](repeating: 1, count: 70_000)
        let value = [UInt8](repeating: 2, count: 300)
        func deadLetter(_ limits: DeadLetterLimits) -> (
            key: Int?, value: Int?, headers: [String: String], Int64?
        ) {
            key.withUnsafeBytes { key in
                value.withUnsafeBytes { value in
                    var message = OutgoingMessage(
                        topic: .deadLetters, key: key, value: value,
                        envelope: Envelope(
                            headers: [("trace", [9]), ("__stockd.errors.reason", Array("why".utf8))],
                            timestampMs: 5))
                    limits.fit(&message)
                    let headers = message.envelope?.headers ?? []
                    return (
                        message.key?.count, message.value?.count,
                        Dictionary(
                            uniqueKeysWithValues: headers.map {
                                ($0.name, String(decoding: $0.value ?? [], as: UTF8.self))
                            }), message.envelope?.timestampMs
                    )
                }
            }
        }
        var limits = DeadLetterLimits()
        #expect(deadLetter(limits).key == 70_000 && deadLetter(limits).headers.count == 2)
        limits.giveWay(to: .messageTooLarge)
        #expect(deadLetter(limits).key == nil && deadLetter(limits).value == 300)
        #expect(deadLetter(limits).headers["__stockd.errors.key_omitted_bytes"] == "70000")
        limits.giveWay(to: .messageTooLarge)
        limits.giveWay(to: .messageTooLarge)
        limits.giveWay(to: .timestampRefused)
        let last = deadLetter(limits)
        #expect(last.value == nil && last.3 == nil)
        #expect(last.headers["__stockd.errors.reason"] == "why")
        #expect(last.headers["__stockd.errors.timestamp_ms"] == "5")
    }
}
