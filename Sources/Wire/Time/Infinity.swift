/// PostgreSQL's `infinity` and `-infinity` as connectors write them.
///
/// As numbers they are the ends of 64 bits, or the ends of the JDBC driver's milliseconds, which Debezium takes for
/// microseconds; a coarser unit divides them.
enum Infinity {
    static func contains(_ number: Int64, in unit: FieldEncoding.EpochUnit?) -> Bool {
        if unit == .days, days.contains(number) { return true }
        guard number.magnitude >= smallest else { return false }
        // In a finer unit the same digits are an instant of 1970.
        let instant = unit.map { Epoch.instant(number, in: $0) } ?? Epoch.instant(number)
        if let instant, instant.microseconds.magnitude / 1_000_000 < smallest { return false }
        return numbers.contains(number)
    }

    /// The seconds that 64 bits of nanoseconds hold, to the year 2262.
    private static let smallest: UInt64 = 9_223_372_036

    private static let ends: [Int64] = [
        .max, .min, -.max, 9_223_372_036_825_200_000, -9_223_372_036_832_400_000,
    ]

    private static let numbers = quotients([1, 1_000, 1_000_000, 1_000_000_000])

    private static let days = quotients([86_400_000, 86_400_000_000]).union([Int64(Int32.max), Int64(Int32.min)])

    /// The ends in coarser units, rounded towards zero and down.
    private static func quotients(_ divisors: [Int64]) -> Set<Int64> {
        Set(ends.flatMap { end in divisors.flatMap { [end / $0, end.floorDivided(by: $0)] } })
    }

    /// Whether a text is an infinity: the word, or the date that a number above falls on.
    static func isWritten(_ text: RawSpan) -> Bool {
        let start = text.has(0x2D, at: 0) || text.has(0x2B, at: 0) ? 1 : 0
        if text.byteCount == start + 8 {
            let lowercase = (start..<text.byteCount).map { text.byte($0) | 0x20 }
            if lowercase.elementsEqual("infinity".utf8) { return true }
        }
        return dates.contains { text.matches($0, at: start) }
    }

    private static var dates: [StaticString] {
        [
            // Microseconds: the JDBC driver's ends.
            "294247-01-10", "290308-12-21", "290309-12-21",
            // Milliseconds: the driver's ends and those of 64 bits.
            "292278994-08-1", "292275055-05-1", "292275056-05-1", "292269055-12-0",
            // Days: the ends of 32 bits.
            "5881580-07-11", "5877641-06-23", "5877642-06-23",
        ]
    }
}
