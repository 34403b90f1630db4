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
        let text = eventText("event_time", "\(epoch)")
        guard micros >= -62_167_219_200_000_000 else {
            let message = "event_time is outside the years 0000 to 9999: \(epoch)"
            #expect(EventDecoder().badness(text) == BadEvent(.invalidTimestamp, message))
            return
        }
        #expect(try EventDecoder().decode(text).time == Timestamp(microseconds: micros))
    }

    @Test("A number is an instant from the first microsecond of the year 0000 to the last one of 9999.")
    func years() throws {
        let bounds: [(String, FieldEncoding.EpochUnit)] = [
            ("-62167219200", .seconds), ("253402300799", .seconds), ("-62167219200000000", .microseconds),
            ("253402300799999999", .microseconds), ("-719528", .days), ("2932896", .days),
        ]
        let beyond: [(String, FieldEncoding.EpochUnit)] = [
            ("-62167219201", .seconds), ("253402300800", .seconds), ("-62167219200000001", .microseconds),
            ("253402300800000000", .microseconds), ("-719529", .days), ("2932897", .days),
            ("9223372036825199", .seconds), ("9223372036854775806", .days), ("9223372036854775806", .milliseconds),
        ]
        for (value, unit) in bounds + beyond {
            var format = SourceFormat()
            format.encodings["event_time"] = .epoch(unit)
            let bad = InputDecoder(format: format).badness(eventText("event_time", value))
            let isBeyond = beyond.contains { $0 == value && $1 == unit }
            let message = "event_time is outside the years 0000 to 9999: \(value) \(unit.word)"
            #expect(bad == (isBeyond ? BadEvent(.invalidTimestamp, message) : nil), "\(value) \(unit)")
        }
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
