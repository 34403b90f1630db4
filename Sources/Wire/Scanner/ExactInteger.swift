/// What a JSON number says as an integer: `5`, `5.0`, `5e0` and `50e-1` are the same one.
enum ExactInteger: Equatable {
    case value(Int64)
    /// A number with a fraction, `5.5`.
    case fractional
    /// An integer beyond Int64.
    case tooLarge

    /// Reads a number that `skipNumber` has passed. Nothing is rounded on the way.
    init(_ text: RawSpan, _ number: Range<Int>) {
        self = Self.plain(text, number) ?? Self.writtenOut(DecimalText(text, number))
    }

    /// At most eighteen digits, which fit whatever they are, and nothing else.
    @inline(__always)
    private static func plain(_ text: RawSpan, _ number: Range<Int>) -> Self? {
        let isNegative = text.has(0x2D, at: number.lowerBound)
        var at = isNegative ? number.lowerBound + 1 : number.lowerBound
        guard number.upperBound - at <= 18 else { return nil }
        var value: Int64 = 0
        while at < number.upperBound {
            let digit = text.byte(at) &- 0x30
            if digit > 9 { return nil }
            value = value &* 10 &+ Int64(digit)
            at += 1
        }
        return .value(isNegative ? -value : value)
    }

    /// A number with a point, an exponent or many digits.
    private static func writtenOut(_ decimal: DecimalText) -> Self {
        if decimal.significand == 0 { return .value(0) }
        let power = decimal.zeros - decimal.scale
        if power < 0 { return .fractional }
        guard let significand = decimal.significand,
            let magnitude = DecimalText.scaledUp(significand, by: power),
            let value = Int64(exactly: decimal.isNegative ? -Int128(magnitude) : Int128(magnitude))
        else { return .tooLarge }
        return .value(value)
    }
}
