import Foundation
import Inventory
import TestSupport
import Testing

@testable import Wire

@Suite struct InstantTests {
    func micros(_ text: String) -> Int64? {
        withExactBytes(Array(text.utf8)) { RFC3339.parse($0)?.microseconds }
    }

    @Test(
        "every form of one instant is read as that instant",
        arguments: [
            "2026-03-30T12:00:00Z", "2026-03-30t12:00:00z", "2026-03-30 12:00:00Z", "2026-03-30T12:00:00",
            "2026-03-30 12:00:00+00:00", "2026-03-30 12:00:00+00", "2026-03-30T12:00:00-0000",
            "2026-03-30T14:00:00+02:00", "2026-03-30T14:00:00+0200", "2026-03-30T14:00:00+02",
            "2026-03-30T17:45:00+05:45", "2026-03-29T12:01:00-23:59", "2026-03-31T11:59:00+23:59",
            "2026-03-30T12:00:00.0Z", "2026-03-30T12:00:00.000000000Z", "2026-03-30T12:00:00.000000999+00",
            "2026-03-30 12:00:00.000", "2026-03-30T12:00Z", "2026-03-30t12:00", "2026-03-30 12:00+00",
            "2026-03-30T17:45+05:45", "2026-03-30T11:59:60Z", "2026-03-30T17:44:60.0+05:45",
        ])
    func equalForms(text: String) {
        #expect(micros(text) == 1_774_872_000_000_000)
    }

    @Test(
        "text that is no instant is rejected",
        arguments: [
            "", "2026", "2026-03-30", "2026-03-30T12", "2026-03-30T12:0Z", "2026-03-30T12:00:", "2026-03-30T12:00:Z",
            "2026-03-30T12:00.5Z", "2026-03-30T12:00:0Z", "2026-03-30T24:00Z", "2026-03-30T12:60Z",
            "2026-02-29T12:00Z",
            "2026-03-30T12:00:00.Z", "2026-03-30T12:00:00.", "2026-03-30T12:00:00.1234567890Z",
            "2026-03-30T12:00:00,5Z", "2026-03-30T12:00:00ZZ", "2026-03-30T12:00:00Z ", " 2026-03-30T12:00:00Z",
            "2026-03-30  12:00:00Z", "2026-03-30_12:00:00Z", "2026-03-30T12:00:00 Z",
            "2026-03-30T12:00:00 +00:00",
            "2026-03-30T12:00:00+", "2026-03-30T12:00:00+0", "2026-03-30T12:00:00+000",
            "2026-03-30T12:00:00+00:0",
            "2026-03-30T12:00:00+00:00:00", "2026-03-30T12:00:00+00000", "2026-03-30T12:00:00+24:00",
            "2026-03-30T12:00:00+23:60", "2026-03-30T12:00:00+0:00", "2026-03-30T12:00:00~00:00",
            "2026-3-30T12:00:00Z", "02026-03-30T12:00:00Z", "-2026-03-30T12:00:00Z", "+2026-03-30T12:00:00Z",
            "2026/03/30T12:00:00Z", "2026-03-30T12.00.00Z", "2026-13-01T12:00:00Z", "2026-00-01T12:00:00Z",
            "2026-03-00T12:00:00Z", "2026-03-32T12:00:00Z", "2026-04-31T12:00:00Z", "2026-02-29T12:00:00Z",
            "1900-02-29T12:00:00Z", "2024-02-30T12:00:00Z", "2026-03-30T24:00:00Z", "2026-03-30T12:60:00Z",
            "2026-03-30T23:59:61Z", "now", "infinity", "2026-03-30T12:00:00é",
            "２026-03-30T12:00:00Z", "2026-03-30T12:0a:00Z", "202a-03-30T12:00:00Z", "2026-03-3:T12:00:00Z",
        ])
    func badInstants(text: String) {
        #expect(micros(text) == nil)
        #expect(InstantOracle.microseconds(text) == nil, "the oracle disagrees")
    }

    @Test("leap days and the first and last instants are right")
    func extremes() {
        #expect(micros("2000-02-29T00:00:00Z") == 951_782_400_000_000)
        #expect(micros("2024-02-29T00:00:00Z") == 1_709_164_800_000_000)
        #expect(micros("0000-01-01T00:00:00Z") == -62_167_219_200_000_000)
        #expect(micros("0000-02-29T00:00:00Z") == -62_162_121_600_000_000)
        #expect(micros("9999-12-31T23:59:59.999999999Z") == 253_402_300_799_999_999)
        #expect(micros("1970-01-01T00:00:00Z") == 0)
        #expect(micros("2016-12-31T23:59:60Z") == 1_483_228_800_000_000)
        #expect(micros("2016-12-31T23:59:60.5Z") == 1_483_228_800_500_000)
        #expect(micros("1969-12-31T23:59:59.999999Z") == -1)
        #expect(micros("1969-12-31T23:59:59.9999999Z") == -1)
        #expect(micros("0000-01-01T23:59:00+23:59") == -62_167_219_200_000_000)
        #expect(micros("9999-12-31T00:00:59.999999-23:59") == 253_402_300_799_999_999)
    }

    @Test(
        "an instant whose year in UTC is not 0000 to 9999 is rejected, and the message says so",
        arguments: [
            "0000-01-01T00:00:00+23:59", "0000-01-01T00:00:00.5+00:01", "0000-01-01T23:58:59.999999+23:59",
            "0000-01-01 00:59+01", "9999-12-31T23:59:59-23:59", "9999-12-31T00:01:00-23:59",
            "9999-12-31T23:59:60Z", "9999-12-31T23:59:60.5", "9999-12-31T23:59-0001",
        ])
    func beyondYears(text: String) {
        #expect(micros(text) == nil)
        for id in ["16", "\"A-16\""] {
            let event = eventText("event_time", "\"\(text)\"").replacing(":16,", with: ":\(id),")
            let decoder = EventDecoder(ids: IDs(event: id == "16" ? .integer : .text))
            #expect(
                decoder.badness(event)
                    == BadEvent(.invalidTimestamp, "event_time is outside the years 0000 to 9999: \"\(text)\""))
        }
    }

    @Test("the first and last day of every month of 10,000 years are right")
    func months() {
        for year in 0...9999 {
            let text = String(String(10_000 + year).dropFirst())
            for (index, length) in InstantOracle.lengths(year).enumerated() {
                let month = index + 1
                let first = InstantOracle.days(year, month, 1)
                let date = Calendar.date(days: first + length - 1)
                // One check a month, without #expect, which costs more than what it checks.
                let isRight =
                    Calendar.days(year: year, month: month, day: 1) == first
                    && Calendar.days(inMonth: month, of: year) == length && date == (year, month, length)
                if !isRight { Issue.record("\(year)-\(month)") }
            }
            #expect((micros(text + "-02-29T00:00:00Z") != nil) == InstantOracle.isLeap(year), "\(year)")
        }
    }

    @Test("sampled seconds of a day and every day of four years are read back from their text")
    func roundTrip() {
        for second in 0..<86400 where second % 7 == 0 || second % 3600 > 3590 {
            let instant = Timestamp(microseconds: Int64(1_774_828_800 + second) * 1_000_000)
            #expect(micros(RFC3339.string(instant)) == instant.microseconds)
        }
        for day in 19_700..<21_200 {
            let instant = Timestamp(microseconds: Int64(day) * 86_400_000_000 + 1)
            #expect(micros(RFC3339.string(instant)) == instant.microseconds)
        }
    }

    @Test("random instants agree with an independent reading and with Foundation")
    func randomInstants() {
        let foundation = ISO8601DateFormatter()
        for seed in UInt64(1)...1000 {
            var random = SeededRandom(seed: seed)
            let span: Int64 = 253_402_300_800 + 62_167_219_200
            let seconds = Int64.random(in: 0..<span, using: &random) - 62_167_219_200
            let instant = Timestamp(microseconds: seconds * 1_000_000 + Int64(random.below(1_000_000)))
            let text = RFC3339.string(instant)
            #expect(micros(text) == instant.microseconds, "seed \(seed): \(text)")
            #expect(InstantOracle.microseconds(text) == instant.microseconds, "seed \(seed): \(text)")
            // Foundation's calendar is Julian before 1582.
            guard seed % 20 == 0, seconds > -12_219_292_800 else { continue }
            let whole = RFC3339.string(Timestamp(microseconds: seconds * 1_000_000))
            #expect(foundation.date(from: whole) == Date(timeIntervalSince1970: Double(seconds)), "\(whole)")
            #expect(foundation.string(from: Date(timeIntervalSince1970: Double(seconds))) == whole)
        }
    }

    @Test("damaged instants are read as an independent reading does")
    func damagedInstants() {
        var good = 0
        for seed in UInt64(1)...2500 {
            var random = SeededRandom(seed: seed)
            let micros = Int64(random.below(4_000_000_000)) * 1_000_000 + random.pick([0, 500_000, 123_456])
            let stem = RFC3339.string(Timestamp(microseconds: micros)).dropLast()
            var bytes = Array((stem + random.pick(["Z", "", "+05:30", "-0800", "+02"])).utf8)
            for _ in 0..<random.below(3) {
                let at = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes[at] = random.pick(Array("0123456789TZ:-+. tz/;".utf8))
                case 1: bytes.remove(at: at)
                default: bytes.insert(random.pick(Array("0123456789:-.Z".utf8)), at: at)
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let ours = self.micros(text)
            #expect(ours == InstantOracle.microseconds(text), "seed \(seed): \(text)")
            if ours != nil { good += 1 }
        }
        #expect(good > 700)
    }
}
