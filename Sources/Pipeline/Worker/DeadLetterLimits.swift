/// What is left out of dead letters once their topic has rejected one: the reason and the offset alone are better
/// than no progress. Headers say what was left out.
struct DeadLetterLimits {
    /// Bytes that a dead letter's value, its key and its original headers may each have.
    private(set) var limit = Int.max
    private(set) var omitsTimestamp = false

    private static let prefix = "__stockd.errors."

    /// Reduces the dead letters that follow to what the topic takes.
    mutating func giveWay(to reason: SessionFailure.AbortReason) {
        switch reason {
        case .messageTooLarge: limit = limit > 65_536 ? 65_536 : max(64, limit / 16)
        case .timestampRefused: omitsTimestamp = true
        case .other: break
        }
    }

    func fit(_ deadLetter: inout OutgoingMessage) {
        guard limit < .max || omitsTimestamp else { return }
        var envelope = deadLetter.envelope ?? Envelope()
        if let value = deadLetter.value, value.count > limit {
            deadLetter.value = nil
            note("value_omitted_bytes", value.count, &envelope)
        }
        if let key = deadLetter.key, key.count > limit {
            deadLetter.key = nil
            note("key_omitted_bytes", key.count, &envelope)
        }
        let original = envelope.headers.filter { !$0.name.hasPrefix(Self.prefix) }
        let size = original.reduce(0) { $0 + $1.name.utf8.count + ($1.value?.count ?? 0) }
        if size > limit {
            envelope.headers.removeAll { !$0.name.hasPrefix(Self.prefix) }
            note("headers_omitted_bytes", size, &envelope)
        }
        if omitsTimestamp, let time = envelope.timestampMs {
            envelope.timestampMs = nil
            note("timestamp_ms", time, &envelope)
        }
        deadLetter.envelope = envelope
    }

    private func note(_ name: String, _ value: some BinaryInteger, _ envelope: inout Envelope) {
        envelope.headers.append((name: Self.prefix + name, value: Array(String(value).utf8)))
    }
}
