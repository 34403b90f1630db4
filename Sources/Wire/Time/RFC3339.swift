public import Inventory

/// Instants as text: RFC 3339, and what databases write instead.
///
/// Read: `2026-03-30T12:00:00Z`, the date and time apart by `T`, `t` or one space; the seconds may be left out; up to
/// nine fraction digits, of which those beyond microseconds are dropped; then `Z`, `z`, `±hh:mm`, `±hhmm`, `±hh` (up
/// to 23:59) or nothing, which means UTC. Years 0000–9999, in UTC too, or it could not be written. Second 60
/// is the first of the next minute, as in PostgreSQL, since POSIX time has no leap seconds. A date that does not exist
/// and hour 24 are no instants.
public enum RFC3339 {
    /// Reads an instant that fills `bytes`; nil when it does not.
    public static func parse(_ bytes: UnsafeRawBufferPointer) -> Timestamp? {
        parse(bytes.bytes, 0..<bytes.count)
    }

    static func parse(_ text: RawSpan, _ range: Range<Int>) -> Timestamp? {
        guard let instant = read(text, range), Epoch.isWritable(instant) else { return nil }
        return instant
    }

    /// True for what would be an instant if its zone, or its second 60, did not carry it out of the years 0000–9999.
    static func leavesYears(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        read(text, range).map { !Epoch.isWritable($0) } ?? false
    }

    private static func read(_ text: RawSpan, _ range: Range<Int>) -> Timestamp? {
        readSeconds(text, range) ?? readMinutes(text, range)
    }

    /// An instant with seconds. Apart, since nearly all have them.
    @inline(__always)
    static func parseSeconds(_ text: RawSpan, _ range: Range<Int>) -> Timestamp? {
        guard let instant = readSeconds(text, range), Epoch.isWritable(instant) else { return nil }
        return instant
    }

    @inline(__always)
    private static func readSeconds(_ text: RawSpan, _ range: Range<Int>) -> Timestamp? {
        guard range.count >= 19, range.upperBound <= text.byteCount,
            let seconds = parseSeconds(text, at: range.lowerBound)
        else { return nil }
        if range.count == 20, text.byte(range.lowerBound + 19) == 0x5A {
            return Timestamp(microseconds: seconds &* 1_000_000)
        }
        return parseRest(text, range.lowerBound + 19..<range.upperBound, seconds: seconds)
    }

    /// Nineteen bytes of fixed layout, `2026-03-30T12:00:00`, as seconds since 1970.
    @inline(__always)
    static func parseSeconds(_ text: RawSpan, at start: Int) -> Int64? {
        // "2026-03-" and "12:00:00"; the day between them is two bytes.
        let date = text.word(start) ^ Swar.repeated(0x30)
        let clock = text.word(start + 11) ^ Swar.repeated(0x30)
        let dateMarks: UInt64 = 0xFF00_00FF_0000_0000
        let clockMarks: UInt64 = 0x0000_FF00_00FF_0000
        let separator = text.byte(start + 10)
        // A '-' and a ':' XORed with '0' are 0x1D and 0x0A.
        guard date & dateMarks == Swar.repeated(0x1D) & dateMarks,
            clock & clockMarks == Swar.repeated(0x0A) & clockMarks,
            Swar.nonDigits(date & ~dateMarks) | Swar.nonDigits(clock & ~clockMarks) == 0,
            separator | 0x20 == 0x74 || separator == 0x20
        else { return nil }
        let dates = pairs(date & ~dateMarks)
        let clocks = pairs(clock & ~clockMarks)
        let tens = Int(text.byte(start + 8) &- 0x30)
        let ones = Int(text.byte(start + 9) &- 0x30)
        let year = 100 &* pair(dates, 0) &+ pair(dates, 2)
        let month = pair(dates, 5)
        let day = tens &* 10 &+ ones
        let (hour, minute, second) = (pair(clocks, 0), pair(clocks, 3), pair(clocks, 6))
        guard tens <= 9, ones <= 9, 1...12 ~= month, hour < 24, minute < 60, second <= 60,
            day >= 1, day <= Calendar.days(inMonth: month, of: year)
        else { return nil }
        let days = Calendar.days(year: year, month: month, day: day)
        return Int64(days &* 86400 &+ hour &* 3600 &+ minute &* 60 &+ second)
    }

    /// In each byte the number that its digit and the next one stand for.
    @inline(__always)
    private static func pairs(_ digits: UInt64) -> UInt64 { digits &* 10 &+ (digits >> 8) }

    @inline(__always)
    private static func pair(_ pairs: UInt64, _ index: UInt64) -> Int {
        Int(truncatingIfNeeded: pairs >> (index &* 8) & 0xFF)
    }
}
