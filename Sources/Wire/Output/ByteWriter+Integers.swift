extension ByteWriter {
    /// The number in decimal.
    public mutating func append(_ number: Int64) {
        if number < 0 { append(byte: 0x2D) }
        append(number.magnitude)
    }

    /// The number in decimal.
    public mutating func append(_ number: Int32) { append(Int64(number)) }

    /// The number in decimal.
    public mutating func append(_ number: Int) { append(Int64(number)) }

    /// The number in decimal. Nearly all fit in 64 bits, where division is quick.
    public mutating func append(_ number: Int128) {
        if let number = Int64(exactly: number) { return append(number) }
        if number < 0 { append(byte: 0x2D) }
        let billions: UInt128 = 1_000_000_000_000_000_000
        let (upper, low) = number.magnitude.quotientAndRemainder(dividingBy: billions)
        let (top, middle) = upper.quotientAndRemainder(dividingBy: billions)
        if top > 0 {
            append(UInt64(top))
            append(UInt64(middle), digits: 18)
        } else {
            append(UInt64(middle))
        }
        append(UInt64(low), digits: 18)
    }

    /// The number in decimal.
    @inline(__always)
    public mutating func append(_ number: UInt64) {
        var digits = 1
        var bound: UInt64 = 10
        while digits < 20, number >= bound {
            digits += 1
            bound = digits < 20 ? bound &* 10 : .max
        }
        append(number, digits: digits)
    }

    /// The number's last `digits` digits, zeros in front when it has fewer.
    @inline(__always)
    mutating func append(_ number: UInt64, digits: Int) {
        let place = reserve(digits)
        var rest = number
        var at = digits
        while at > 0 {
            at -= 1
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            place.storeBytes(of: UInt8(truncatingIfNeeded: digit) | 0x30, toByteOffset: at, as: UInt8.self)
            rest = quotient
        }
        advance(by: digits)
    }
}
