public import Inventory

extension RFC3339 {
    /// `2026-03-30T12:00:00Z`, with a fraction of up to six digits, no trailing zeros, when it is not zero.
    ///
    /// RFC 3339 ends with year 9999. An instant outside its years is written with a sign and six digits of year,
    /// `-000001-12-31T23:59:59Z`, as ISO 8601 allows and ECMAScript does.
    public static func write(_ instant: Timestamp, into out: inout ByteWriter) {
        let seconds = instant.microseconds.floorDivided(by: 1_000_000)
        let days = seconds.floorDivided(by: 86400)
        let ofDay = UInt64(truncatingIfNeeded: seconds &- days &* 86400)
        let date = Calendar.date(days: Int(days))
        if 0...9999 ~= date.year {
            out.append(UInt64(truncatingIfNeeded: date.year), digits: 4)
        } else {
            out.append(byte: date.year < 0 ? 0x2D : 0x2B)
            out.append(UInt64(date.year.magnitude), digits: 6)
        }
        let place = out.reserve(15)
        pair("-", UInt64(truncatingIfNeeded: date.month), to: place)
        pair("-", UInt64(truncatingIfNeeded: date.day), to: place + 3)
        pair("T", ofDay / 3600, to: place + 6)
        pair(":", ofDay / 60 % 60, to: place + 9)
        pair(":", ofDay % 60, to: place + 12)
        out.advance(by: 15)
        writeFraction(UInt64(instant.microseconds.floorRemainder(by: 1_000_000)), into: &out)
        out.append(byte: 0x5A)
    }

    /// As `write`, for logs and messages to people.
    public static func string(_ instant: Timestamp) -> String {
        var out = ByteWriter(capacity: 64)
        write(instant, into: &out)
        return String(decoding: out.bytes, as: UTF8.self)
    }

    @inline(__always)
    private static func pair(_ mark: Unicode.Scalar, _ number: UInt64, to place: UnsafeMutableRawPointer) {
        place.storeBytes(of: UInt8(truncatingIfNeeded: mark.value), as: UInt8.self)
        ByteWriter.write(number, digits: 2, to: place + 1)
    }

    private static func writeFraction(_ microseconds: UInt64, into out: inout ByteWriter) {
        guard microseconds > 0 else { return }
        var (fraction, digits) = (microseconds, 6)
        while fraction % 10 == 0 {
            fraction /= 10
            digits -= 1
        }
        out.append(byte: 0x2E)
        out.append(fraction, digits: digits)
    }
}
