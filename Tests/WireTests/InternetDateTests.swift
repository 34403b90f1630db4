import Inventory
import Testing
import Wire

@Suite("A time as mail and HTTP write it")
struct InternetDateTests {
    @Test(
        "day, month and weekday, in UTC",
        arguments: [
            // RFC 9110's own example.
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"),
            (1_796_083_199, "Mon, 30 Nov 2026 23:59:59 GMT"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ])
    func text(seconds: Int64, expected: String) {
        #expect(InternetDate.string(Timestamp(microseconds: seconds * 1_000_000 + 999_999), zone: "GMT") == expected)
    }
}
