/// Eight bytes worked on at once in one register ("SIMD within a register").
enum Swar {
    @inline(__always)
    static func repeated(_ byte: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(byte) }

    /// The high bit of every byte that is not an ASCII digit, for bytes already XORed with `0`.
    ///
    /// A byte above 0x7F may carry into its neighbour, but it marks itself, so no false "all digits" can
    /// come of it, and the lowest mark is always right.
    @inline(__always)
    static func nonDigits(_ digits: UInt64) -> UInt64 {
        ((digits &+ repeated(0x76)) | digits) & repeated(0x80)
    }

    /// The number that eight decimal digits (values 0…9, the first in the low byte) stand for.
    @inline(__always)
    static func number(_ digits: UInt64) -> UInt64 {
        let pairs = digits &* 10 &+ (digits >> 8)
        let mask: UInt64 = 0x0000_00FF_0000_00FF
        let high = (pairs & mask) &* (100 &+ (1_000_000 << 32))
        let low = ((pairs >> 16) & mask) &* (1 &+ (10_000 << 32))
        return (high &+ low) >> 32
    }

    /// The high bit of the bytes that a JSON string cannot simply pass over: a quote, a backslash, a
    /// control character, anything beyond ASCII. The lowest mark is always right, those above it may not be.
    @inline(__always)
    static func notPlainText(_ word: UInt64) -> UInt64 {
        let quote = word ^ repeated(0x22)
        let backslash = word ^ repeated(0x5C)
        let low = (quote &- repeated(1)) | (backslash &- repeated(1)) | (word &- repeated(0x20)) | word
        return low & repeated(0x80)
    }
}
