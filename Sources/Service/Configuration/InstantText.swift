internal import Inventory

/// RFC 3339 instants, read for `input.start` and written for log lines.
enum InstantText {
    /// `2026-03-30T08:00:00Z`, with an optional fraction and an offset instead of `Z`; nil for anything else,
    /// impossible dates included.
    static func read(_ text: String) -> Timestamp? {
        let pattern =
            #/
            (\d{4})-(\d{2})-(\d{2}) [Tt\ ] (\d{2}):(\d{2}):(\d{2}) (?:\.(\d{1,9}))?
            (?:[Zz] | ([+-])(\d{2}):(\d{2}))
            /#
        guard let match = text.wholeMatch(of: pattern)?.output else { return nil }
        guard let year = Int(match.1), let month = Int(match.2), let day = Int(match.3),
            let hour = Int(match.4),
            let minute = Int(match.5), let second = Int(match.6)
        else { return nil }
        guard (1...12).contains(month), (1...daysInMonth(year, month)).contains(day), hour < 24, minute < 60,
            second < 60
        else { return nil }
        let fraction = (match.7.map(String.init) ?? "") + "000000"
        let microseconds = Int64(fraction.prefix(6)) ?? 0
        var seconds = Int64(days(year, month, day)) * 86400 + Int64(hour * 3600 + minute * 60 + second)
        if let sign = match.8, let hours = match.9.flatMap({ Int64($0) }),
            let minutes = match.10.flatMap({ Int64($0) })
        {
            guard hours < 24, minutes < 60 else { return nil }
            seconds -= (sign == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
        }
        return Timestamp(microseconds: seconds * 1_000_000 + microseconds)
    }

    /// UTC with milliseconds: `2026-03-30T08:00:00.123Z`.
    static func write(_ instant: Timestamp) -> String {
        let milliseconds = instant.microseconds.flooredQuotient(1000)
        let day = milliseconds.flooredQuotient(86_400_000)
        let (year, month, dayOfMonth) = date(Int(day))
        var rest = Int(milliseconds - day * 86_400_000)
        let fraction = rest % 1000
        rest /= 1000
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(dayOfMonth, 2) + "T"
            + padded(rest / 3600, 2) + ":" + padded(rest / 60 % 60, 2) + ":" + padded(rest % 60, 2)
            + "." + padded(fraction, 3) + "Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func daysInMonth(_ year: Int, _ month: Int) -> Int {
        let next = month == 12 ? days(year + 1, 1, 1) : days(year, month + 1, 1)
        return next - days(year, month, 1)
    }

    // Howard Hinnant's days_from_civil and its inverse: years that begin in March put the leap day last.

    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = Int(Int64(shifted).flooredQuotient(400))
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = Int(Int64(shifted).flooredQuotient(146_097))
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }
}

extension Int64 {
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
