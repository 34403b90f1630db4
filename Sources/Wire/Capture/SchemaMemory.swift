import Synchronization

/// The bytes that the last message with a schema began with, up to and including `"payload":`, and what that schema
/// says. A producer repeats them, so a message with the same beginning has the same schema, which need not be read
/// again. The bytes themselves are compared, not a hash.
final class SchemaMemory: Sendable {
    /// A beginning that a message shares with the one before.
    struct Match {
        /// Where the payload begins.
        var payload: Int
        var schema: Range<Int>
        /// Tells the beginning from all others that were ever remembered here.
        var generation: UInt64
    }

    private struct Beginning {
        var bytes: [UInt8]
        var schema: Range<Int>
        var generation: UInt64
        /// By column and `RowSchema.Part`; nil for what nobody asked for.
        var meanings: [ConnectSchema.Meaning?]
    }

    private let last = Mutex<Beginning?>(nil)

    /// A longer beginning is read anew each time.
    static var longest: Int { 1 << 20 }

    /// Compares a message with the beginning that is remembered.
    func match(_ text: RawSpan) -> Match? {
        last.withLock { last in
            guard let last, text.hasPrefix(last.bytes) else { return nil }
            return Match(payload: last.bytes.count, schema: last.schema, generation: last.generation)
        }
    }

    /// Remembers a beginning whose grammar was checked.
    func remember(_ text: RawSpan, schema: Range<Int>, payload: Int) {
        guard payload <= Self.longest else { return }
        let bytes = text.copy(0..<payload)
        last.withLock { last in
            last = Beginning(
                bytes: bytes, schema: schema, generation: (last?.generation ?? 0) + 1,
                meanings: Array(repeating: nil, count: RowSchema.placeCount))
        }
    }

    /// What the schema says of a value, read once; another beginning may be remembered by now.
    func meaning(
        _ generation: UInt64, _ index: Int, _ read: () -> ConnectSchema.Meaning
    ) -> ConnectSchema.Meaning {
        let known = last.withLock { last -> ConnectSchema.Meaning? in
            guard let last, last.generation == generation else { return nil }
            return last.meanings[index]
        }
        if let known { return known }
        let meaning = read()
        last.withLock { last in
            if last?.generation == generation { last?.meanings[index] = meaning }
        }
        return meaning
    }
}

extension RawSpan {
    /// True when these are the first bytes.
    func hasPrefix(_ bytes: [UInt8]) -> Bool {
        guard bytes.count <= byteCount else { return false }
        let wanted = bytes.span.bytes
        var at = 0
        while at + 8 <= bytes.count {
            if word(at) != wanted.word(at) { return false }
            at += 8
        }
        while at < bytes.count {
            if byte(at) != wanted.byte(at) { return false }
            at += 1
        }
        return true
    }
}
