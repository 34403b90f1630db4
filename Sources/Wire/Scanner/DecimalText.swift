/// A number's text taken apart without rounding: ± `significand` × 10^(`zeros` − `scale`).
///
/// The exponent saturates and zeros are counted, not multiplied in, so that `1e999999999` and a million
/// zeros cost no more than reading them.
struct DecimalText {
    private(set) var isNegative = false
    /// The digits up to the last that is not zero, without leading zeros. Nil beyond 38 of them.
    private(set) var significand: UInt128? = 0
    /// The zeros that follow those digits.
    private(set) var zeros = 0
    /// The digits after the point less the exponent.
    private(set) var scale = 0

    /// Beyond any count of digits a buffer can hold, and far from overflow in sums.
    private static let saturation = 1 << 50

    /// `range` must hold what JSON's grammar calls a number.
    init(_ text: RawSpan, _ range: Range<Int>) {
        var at = range.lowerBound
        if text.has(0x2D, at: at) {
            isNegative = true
            at += 1
        }
        var isFraction = false
        while at < range.upperBound, text.byte(at) | 0x20 != 0x65 {
            if text.byte(at) == 0x2E {
                isFraction = true
            } else {
                append(text.byte(at) &- 0x30)
                if isFraction { scale += 1 }
            }
            at += 1
        }
        if at < range.upperBound { scale -= Self.exponent(text, at + 1..<range.upperBound) }
    }

    private mutating func append(_ digit: UInt8) {
        guard digit != 0 else {
            if significand != 0 { zeros += 1 }
            return
        }
        let shifted = significand.flatMap { Self.scaledUp($0, by: zeros + 1) }
        significand = shifted.map { $0 + UInt128(digit) }
        zeros = 0
    }

    private static func exponent(_ text: RawSpan, _ range: Range<Int>) -> Int {
        var value = 0
        for at in range where 0x30...0x39 ~= text.byte(at) {
            value = min(saturation, value * 10 + Int(text.byte(at) - 0x30))
        }
        return text.has(0x2D, at: range.lowerBound) ? -value : value
    }

    /// 10^38: what Int128 holds of whole powers of ten.
    static let limit: UInt128 = 100_000_000_000_000_000_000_000_000_000_000_000_000

    /// `value` × 10^`power`, nil beyond 38 digits.
    static func scaledUp(_ value: UInt128, by power: Int) -> UInt128? {
        if value == 0 { return 0 }
        guard power <= 38 else { return nil }
        var value = value
        for _ in 0..<power {
            if value >= limit / 10 { return nil }
            value *= 10
        }
        return value
    }
}
