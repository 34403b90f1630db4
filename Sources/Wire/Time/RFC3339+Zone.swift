import Inventory

extension RFC3339 {
    /// An instant without seconds, `2026-03-30T12:00Z`, as java.time writes a full minute.
    @inline(never)
    static func readMinutes(_ text: RawSpan, _ range: Range<Int>) -> Timestamp? {
        let end = range.lowerBound + 16
        guard range.count >= 16, range.upperBound <= text.byteCount,
            range.count == 16 || text.byte(end) != 0x3A && text.byte(end) != 0x2E
        else { return nil }
        let whole = text.copy(range.lowerBound..<end) + Array(":00".utf8)
        guard let seconds = parseSeconds(whole.span.bytes, at: 0) else { return nil }
        return parseRest(text, end..<range.upperBound, seconds: seconds)
    }

    /// What follows the seconds: a fraction, a zone, both or neither.
    @inline(never)
    static func parseRest(_ text: RawSpan, _ range: Range<Int>, seconds: Int64) -> Timestamp? {
        var at = range.lowerBound
        guard let fraction = parseFraction(text, at: &at, end: range.upperBound),
            let offset = parseZone(text, at..<range.upperBound)
        else { return nil }
        return Timestamp(microseconds: (seconds - offset) * 1_000_000 + fraction)
    }

    /// `.` and one to nine digits as whole microseconds; 0 when there is no point.
    private static func parseFraction(_ text: RawSpan, at: inout Int, end: Int) -> Int64? {
        guard at < end, text.byte(at) == 0x2E else { return 0 }
        at += 1
        let first = at
        var microseconds: Int64 = 0
        while at < end, 0x30...0x39 ~= text.byte(at) {
            if at - first < 6 { microseconds = microseconds * 10 + Int64(text.byte(at) - 0x30) }
            at += 1
        }
        let digits = at - first
        guard 1...9 ~= digits else { return nil }
        for _ in min(6, digits)..<6 { microseconds *= 10 }
        return microseconds
    }

    /// The zone's distance from UTC in seconds.
    private static func parseZone(_ text: RawSpan, _ range: Range<Int>) -> Int64? {
        if range.isEmpty { return 0 }
        let at = range.lowerBound
        let sign = text.byte(at)
        if sign | 0x20 == 0x7A { return range.count == 1 ? 0 : nil }
        guard sign == 0x2B || sign == 0x2D, range.count >= 3,
            let hours = parsePair(text, at: at + 1), hours < 24
        else { return nil }
        var minutes: Int64 = 0
        if range.count > 3 {
            let isColon = text.byte(at + 3) == 0x3A
            guard range.count == (isColon ? 6 : 5),
                let pair = parsePair(text, at: at + (isColon ? 4 : 3)), pair < 60
            else { return nil }
            minutes = pair
        }
        let distance = hours * 3600 + minutes * 60
        return sign == 0x2D ? -distance : distance
    }

    private static func parsePair(_ text: RawSpan, at offset: Int) -> Int64? {
        let tens = text.byte(offset) &- 0x30
        let ones = text.byte(offset + 1) &- 0x30
        return tens <= 9 && ones <= 9 ? Int64(tens * 10 + ones) : nil
    }
}
