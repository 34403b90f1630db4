/// SipHash-1-3 of 128 bits with the key 0, by which event ids that are texts are remembered.
///
/// It must never change, since state holds its values. Two given texts have the same hash with a chance of 1 in
/// 2^128 (https://www.aumasson.jp/siphash/siphash.pdf; 128 bits as in the authors' reference code; one round a word
/// and three at the end, as Rust's compiler has it, which identifies its results by this hash).
public enum TextHash {
    /// The id that a text stands for.
    @inline(__always)
    public static func id(_ text: UnsafeRawBufferPointer) -> EventID {
        let (low, high) = hash(text)
        // 0 in the upper half marks an integer.
        return EventID(rawValue: Int64(bitPattern: low), high: max(high, 1))
    }

    /// The 16 bytes of the hash as two words, little end first.
    static func hash(_ text: UnsafeRawBufferPointer, key: (UInt64, UInt64) = (0, 0)) -> (low: UInt64, high: UInt64) {
        var state = State(
            key.0 ^ 0x736F_6D65_7073_6575, key.1 ^ 0x646F_7261_6E64_6F6D ^ 0xEE, key.0 ^ 0x6C79_6765_6E65_7261,
            key.1 ^ 0x7465_6462_7974_6573)
        var at = 0
        while at &+ 8 <= text.count {
            state.take(UInt64(littleEndian: text.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
            at &+= 8
        }
        state.take(UInt64(truncatingIfNeeded: text.count) << 56 | rest(text, at))
        state.v2 ^= 0xEE
        let low = state.finish()
        state.v1 ^= 0xDD
        return (low, state.finish())
    }

    /// The bytes behind the whole words.
    @inline(__always)
    private static func rest(_ text: UnsafeRawBufferPointer, _ at: Int) -> UInt64 {
        let bits = UInt64(truncatingIfNeeded: text.count - at) * 8
        if bits == 0 { return 0 }
        if text.count >= 8 {
            return UInt64(littleEndian: text.loadUnaligned(fromByteOffset: text.count - 8, as: UInt64.self))
                &>> (64 - bits)
        }
        var rest: UInt64 = 0
        for index in at..<text.count { rest |= UInt64(text[index]) &<< UInt64(8 * (index - at)) }
        return rest
    }

    private struct State {
        var v0, v1, v2, v3: UInt64

        @inline(__always)
        init(_ v0: UInt64, _ v1: UInt64, _ v2: UInt64, _ v3: UInt64) {
            (self.v0, self.v1, self.v2, self.v3) = (v0, v1, v2, v3)
        }

        @inline(__always)
        mutating func take(_ word: UInt64) {
            v3 ^= word
            round()
            v0 ^= word
        }

        @inline(__always)
        mutating func finish() -> UInt64 {
            for _ in 0..<3 { round() }
            return v0 ^ v1 ^ v2 ^ v3
        }

        @inline(__always)
        private mutating func round() {
            v0 &+= v1
            v1 = v1 &<< 13 | v1 &>> 51
            v1 ^= v0
            v0 = v0 &<< 32 | v0 &>> 32
            v2 &+= v3
            v3 = v3 &<< 16 | v3 &>> 48
            v3 ^= v2
            v0 &+= v3
            v3 = v3 &<< 21 | v3 &>> 43
            v3 ^= v0
            v2 &+= v1
            v1 = v1 &<< 17 | v1 &>> 47
            v1 ^= v2
            v2 = v2 &<< 32 | v2 &>> 32
        }
    }
}
