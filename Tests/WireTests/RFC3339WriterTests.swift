import Inventory
import Testing
import Wire

@Suite struct RFC3339WriterTests {
    @Test(
        "an instant is written with a fraction only when it needs one",
        arguments: [
            (1_774_872_000_000_000, "2026-03-30T12:00:00Z"),
            (1_774_872_000_500_000, "2026-03-30T12:00:00.5Z"),
            (1_774_872_000_000_001, "2026-03-30T12:00:00.000001Z"),
            (1_774_872_000_123_450, "2026-03-30T12:00:00.12345Z"), (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59.999999Z"), (-1_000_000, "1969-12-31T23:59:59Z"),
            (-62_167_219_200_000_000, "0000-01-01T00:00:00Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
        ] as [(Int64, String)])
    func fractions(micros: Int64, text: String) {
        #expect(RFC3339.string(Timestamp(microseconds: micros)) == text)
    }

    @Test("a year outside 0 to 9999 is written with a sign and six digits")
    func longYears() {
        #expect(
            RFC3339.string(Timestamp(microseconds: -62_167_219_200_000_001))
                == "-000001-12-31T23:59:59.999999Z")
        #expect(
            RFC3339.string(Timestamp(microseconds: 253_402_300_800_000_000)) == "+010000-01-01T00:00:00Z")
        #expect(RFC3339.string(Timestamp(microseconds: .max)) == "+294247-01-10T04:00:54.775807Z")
        #expect(RFC3339.string(Timestamp(microseconds: .min)) == "-290308-12-21T19:59:05.224192Z")
    }
}
