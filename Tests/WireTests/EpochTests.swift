import Inventory
import Testing

@testable import Wire

@Suite struct EpochTests {
    @Test(
        "the unit of an integer epoch follows its magnitude",
        arguments: [
            (0, 0), (1, 1_000_000), (-1, -1_000_000), (1_774_872_000, 1_774_872_000_000_000),
            (99_999_999_999, 99_999_999_999_000_000), (100_000_000_000, 100_000_000_000_000),
            (1_774_872_000_123, 1_774_872_000_123_000), (99_999_999_999_999, 99_999_999_999_999_000),
            (100_000_000_000_000, 100_000_000_000_000), (1_774_872_000_123_456, 1_774_872_000_123_456),
            (99_999_999_999_999_999, 99_999_999_999_999_999), (100_000_000_000_000_000, 100_000_000_000_000),
            (1_774_872_000_123_456_789, 1_774_872_000_123_456), (Int64.max - 1, 9_223_372_036_854_775),
            (-99_999_999_999, -99_999_999_999_000_000), (-100_000_000_000, -100_000_000_000_000),
            (-1_774_872_000_123_456_789, -1_774_872_000_123_457), (Int64.min + 2, -9_223_372_036_854_776),
        ] as [(Int64, Int64)])
    func units(epoch: Int64, micros: Int64) throws {
        #expect(Epoch.instant(epoch) == Timestamp(microseconds: micros))
        #expect(InstantOracle.microseconds(epoch: epoch) == micros)
        let event = try EventDecoder().decode(eventText("event_time", "\(epoch)"))
        #expect(event.time == Timestamp(microseconds: micros))
    }

    @Test("an epoch may have an exponent and no fraction")
    func exponents() throws {
        #expect(
            try EventDecoder().decode(eventText("event_time", "1.774872e9")).time.microseconds
                == 1_774_872_000_000_000)
        for value in ["1774872000.5", "1e19", "9223372036854775808", "5e-1"] {
            #expect(
                EventDecoder().badness(eventText("event_time", value))?.reason == .invalidTimestamp)
        }
        for value in ["null", "true", "{}", "[1774872000]"] {
            #expect(EventDecoder().badness(eventText("event_time", value))?.reason == .wrongType)
        }
        for value in ["\"1774872000\"", "\"\"", "\"2026-03-30\""] {
            #expect(
                EventDecoder().badness(eventText("event_time", value))?.reason == .invalidTimestamp)
        }
    }
}
