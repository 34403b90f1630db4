/// Reads instants in the plainest way: it counts days year by year and month by month.
enum InstantOracle {
    /// Days from 1970-01-01 to the first of each January, years 0…10000.
    static let firstDays: [Int] = {
        var days = [-719_528]
        for year in 0..<10_000 { days.append(days[year] + (isLeap(year) ? 366 : 365)) }
        return days
    }()

    static func isLeap(_ year: Int) -> Bool {
        if year % 400 == 0 { return true }
        if year % 100 == 0 { return false }
        return year % 4 == 0
    }

    static func lengths(_ year: Int) -> [Int] {
        [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    }

    static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        firstDays[year] + lengths(year).prefix(month - 1).reduce(0, +) + day - 1
    }

    /// Microseconds since 1970, nil for what is no instant.
    static func microseconds(_ text: String) -> Int64? {
        let date =
            #/
            (\d{4})-(\d\d)-(\d\d)[Tt\x20](\d\d):(\d\d)
            (?::(\d\d)(?:\.(\d{1,9}))?)?([Zz]|([+-])(\d\d)(?::?(\d\d))?)?
            /#
        let pattern = date.asciiOnlyDigits()
        guard let match = try? pattern.wholeMatch(in: text)?.output else { return nil }
        func number(_ text: Substring?) -> Int { text.flatMap { Int($0) } ?? 0 }
        let (year, month, day) = (number(match.1), number(match.2), number(match.3))
        let (hour, minute, second) = (number(match.4), number(match.5), number(match.6))
        guard 1...12 ~= month, 1...lengths(year)[month - 1] ~= day, hour < 24, minute < 60, second <= 60 else {
            return nil
        }
        let (zoneHour, zoneMinute) = (number(match.10), number(match.11))
        guard zoneHour < 24, zoneMinute < 60 else { return nil }
        let zone = (zoneHour * 60 + zoneMinute) * (match.9 == "-" ? -60 : 60)
        let fraction = ((match.7.map(String.init) ?? "") + "000000").prefix(6)
        let seconds = days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - zone
        let last = firstDays[10_000] * 86400
        return firstDays[0] * 86400 <= seconds && seconds < last ? Int64(seconds * 1_000_000 + number(fraction)) : nil
    }

    /// Microseconds since 1970 of an integer epoch, whose magnitude gives its unit.
    static func microseconds(epoch: Int64) -> Int64 {
        let exact = Int128(epoch)
        let size = exact < 0 ? -exact : exact
        var nanoseconds = exact
        for (digits, factor) in [(11, 1_000_000_000), (14, 1_000_000), (17, 1000)] as [(Int, Int128)]
        where String(size).count <= digits {
            nanoseconds = exact * factor
            break
        }
        let down: Int128 = nanoseconds < 0 && nanoseconds % 1000 != 0 ? 1 : 0
        return Int64(nanoseconds / 1000 - down)
    }
}
