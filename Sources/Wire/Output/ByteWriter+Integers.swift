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
    public mutating func append(_ number: UInt64) { append(number, digits: Self.digits(of: number)) }

    @inline(__always)
    private static func digits(of number: UInt64) -> Int {
        var (digits, bound) = (1, 10 as UInt64)
        while number >= bound, digits < 19 {
            digits += 1
            bound &*= 10
        }
        return number >= bound ? 20 : digits
    }

    /// The number's last `digits` digits, zeros in front when it has fewer.
    @inline(__always)
    mutating func append(_ number: UInt64, digits: Int) {
        Self.write(number, digits: digits, to: reserve(digits))
        advance(by: digits)
    }

    /// As above, to where there is room.
    @inline(__always)
    static func write(_ number: UInt64, digits: Int, to place: UnsafeMutableRawPointer) {
        var (rest, at) = (number, digits)
        while at > 1 {
            at -= 2
            place.storeBytes(of: Self.twoDigits(rest % 100), toByteOffset: at, as: UInt16.self)
            rest /= 100
        }
        if at > 0 { place.storeBytes(of: UInt8(truncatingIfNeeded: rest % 10) | 0x30, as: UInt8.self) }
    }

    /// The two digits of a number below 100, as they stand in memory.
    @inline(__always)
    private static func twoDigits(_ number: UInt64) -> UInt16 {
        assert(number < 100)
        let all: StaticString = """
            0001020304050607080910111213141516171819\
            2021222324252627282930313233343536373839\
            4041424344454647484950515253545556575859\
            6061626364656667686970717273747576777879\
            8081828384858687888990919293949596979899
            """
        return UnsafeRawPointer(all.utf8Start).loadUnaligned(
            fromByteOffset: Int(truncatingIfNeeded: number) &* 2, as: UInt16.self)
    }
}
