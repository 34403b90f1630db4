import Inventory

extension ExactDecimal {
    /// The number a JSON number's text stands for, with the digits after the point that it is written with
    /// (`12.50` has two, `1e2` none). Nil when it needs more than 38 digits or is no such text.
    init?(_ text: [UInt8]) {
        let span = text.span.bytes
        guard span.isWholeNumber else { return nil }
        let decimal = DecimalText(span, 0..<text.count)
        guard let significand = decimal.significand else { return nil }
        let sign: Int128 = decimal.isNegative ? -1 : 1
        let places = max(0, decimal.scale)
        if places <= 38,
            let unscaled = DecimalText.scaledUp(significand, by: decimal.zeros + max(0, -decimal.scale))
        {
            self.init(unscaled: sign * Int128(unscaled), scale: places)
            return
        }
        // It may fit without the zeros at its end.
        let power = significand == 0 ? 0 : decimal.zeros - decimal.scale
        guard power >= -38, let unscaled = DecimalText.scaledUp(significand, by: max(0, power)) else {
            return nil
        }
        self.init(unscaled: sign * Int128(unscaled), scale: max(0, -power))
    }
}

extension RawSpan {
    /// True when all the bytes are one JSON number.
    var isWholeNumber: Bool {
        guard byteCount > 0, isNumber(0..<byteCount) else { return false }
        var at = 0
        let isNumber: Void? = try? skipNumber(at: &at)
        return isNumber != nil && at == byteCount
    }
}
