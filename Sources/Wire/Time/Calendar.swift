/// The proleptic Gregorian calendar, as ISO 8601 and RFC 3339 use it: days since 1970-01-01.
///
/// A year is counted from March, which puts the leap day at its end (Howard Hinnant, "chrono-compatible
/// low-level date algorithms").
enum Calendar {
    /// From 0000-03-01 to 1970-01-01.
    private static let epoch = 719_468
    private static let daysPerEra = 146_097

    @inline(__always)
    static func isLeap(_ year: Int) -> Bool {
        year & 3 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    @inline(__always)
    static func days(inMonth month: Int, of year: Int) -> Int {
        if month == 2 { return isLeap(year) ? 29 : 28 }
        return 30 + ((month ^ (month >> 3)) & 1)
    }

    /// For years 0…9999.
    @inline(__always)
    static func days(year: Int, month: Int, day: Int) -> Int {
        // One era of 400 years is added and taken off again, so that unsigned division serves year 0 too.
        let shifted = UInt32(truncatingIfNeeded: year &+ 400 &- (month <= 2 ? 1 : 0))
        let march = UInt32(truncatingIfNeeded: month > 2 ? month &- 3 : month &+ 9)
        let dayOfYear = (153 &* march &+ 2) / 5 &+ UInt32(truncatingIfNeeded: day) &- 1
        let days = shifted &* 365 &+ shifted / 4 &- shifted / 100 &+ shifted / 400 &+ dayOfYear
        return Int(days) &- epoch &- daysPerEra
    }

    /// The date a number of days since 1970-01-01 falls on, for any day that an instant can have.
    @inline(__always)
    static func date(days: Int) -> (year: Int, month: Int, day: Int) {
        // A thousand eras are added and taken off again: instants begin 731 eras before 1970, and unsigned division
        // in 32 bits is quick.
        let shifted = UInt32(truncatingIfNeeded: days &+ epoch &+ 1_000 &* daysPerEra)
        let era = shifted / UInt32(daysPerEra)
        let dayOfEra = shifted &- era &* UInt32(daysPerEra)
        let yearOfEra = (dayOfEra &- dayOfEra / 1460 &+ dayOfEra / 36524 &- dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
        let march = (5 &* dayOfYear &+ 2) / 153
        let month = march < 10 ? march &+ 3 : march &- 9
        let year = Int(yearOfEra) &+ (Int(era) &- 1_000) &* 400 &+ (month <= 2 ? 1 : 0)
        return (year, Int(month), Int(dayOfYear &- (153 &* march &+ 2) / 5 &+ 1))
    }
}

extension FixedWidthInteger where Self: SignedInteger {
    /// The quotient rounded down, for a positive divisor.
    @inline(__always)
    func floorDivided(by divisor: Self) -> Self {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// What `floorDivided` leaves, 0 or more. Formed without the product, which may not fit.
    @inline(__always)
    func floorRemainder(by divisor: Self) -> Self {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
