/// A decimal number kept exactly: `unscaled × 10^-scale`. Never a binary float.
public struct ExactDecimal: Hashable, Sendable {
    public let unscaled: Int128
    /// Digits after the point, 0…38.
    public let scale: Int

    public init(unscaled: Int128, scale: Int) {
        self.unscaled = unscaled
        self.scale = scale
    }
}

extension ExactDecimal: CustomStringConvertible {
    public var description: String {
        let digits = String(unscaled.magnitude)
        let sign = unscaled < 0 ? "-" : ""
        guard scale > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        return sign + padded.dropLast(scale) + "." + padded.suffix(scale)
    }
}
