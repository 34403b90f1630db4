import Inventory
import Testing

@testable import Service

@Suite("Written values")
struct TextTests {
    @Test(
        "a duration is read, and reads the same after it is written",
        arguments: [
            ("50ms", 50_000), ("5s", 5_000_000), ("1m30s", 90_000_000), ("0", 0), ("7d", 604_800_000_000),
            ("15us", 15),
        ])
    func durations(text: String, microseconds: Int64) {
        #expect(DurationText.read(text)?.microseconds == microseconds)
        #expect(
            DurationText.read(DurationText.write(.microseconds(microseconds)))?.microseconds == microseconds)
    }

    @Test(
        "text that is no duration is rejected",
        arguments: ["", "5", "s", "-5s", "5 s", "1.5s", "5S", "99999999999999d", "5s5"])
    func noDurations(text: String) {
        #expect(DurationText.read(text) == nil)
    }

    @Test(
        "a size is read, and written as it was",
        arguments: [("64MiB", 64 << 20), ("1GiB", 1 << 30), ("512KiB", 512 << 10), ("7B", 7)])
    func sizes(text: String, bytes: Int) {
        #expect(SizeText.read(text) == bytes)
        #expect(SizeText.write(bytes) == text)
    }

    @Test("text that is no size is rejected", arguments: ["64MB", "64", "MiB", "-1B", "99999999999999GiB", ""])
    func noSizes(text: String) {
        #expect(SizeText.read(text) == nil)
    }

    @Test(
        "an instant is read in UTC or with an offset, to the microsecond",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-03-30T12:00:00Z", 1_774_872_000_000_000),
            ("2026-03-30 14:00:00+02:00", 1_774_872_000_000_000),
            ("2024-02-29T00:00:00.000001Z", 1_709_164_800_000_001),
            ("1969-12-31T23:59:59.999999999Z", -1),
        ])
    func instants(text: String, microseconds: Int64) {
        #expect(InstantText.read(text) == Timestamp(microseconds: microseconds))
    }

    @Test(
        "text that is no instant is rejected",
        arguments: [
            "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-03-30T24:00:00Z", "2026-03-30T12:00:00",
            "x", "",
        ])
    func noInstants(text: String) {
        #expect(InstantText.read(text) == nil)
    }

    @Test("instants are written in UTC with milliseconds")
    func written() {
        #expect(
            InstantText.write(Timestamp(microseconds: 1_774_872_000_123_456)) == "2026-03-30T12:00:00.123Z")
        #expect(InstantText.write(Timestamp(microseconds: -1)) == "1969-12-31T23:59:59.999Z")
    }

    @Test(
        "a broker address is a host with an optional protocol and an optional port",
        arguments: ["a", "a:9092", "a.b-c_d:1", "10.0.0.1:65535", "[::1]:9092", "SSL://a:1"])
    func brokers(text: String) {
        #expect(BrokerAddress.isLegal(text))
    }

    @Test(
        "text that is no broker address is rejected",
        arguments: ["", ":9092", "a:", "a:0", "a:65536", "a:b", "::1", "[x]:1", "a b"])
    func noBrokers(text: String) {
        #expect(!BrokerAddress.isLegal(text))
    }

    @Test(
        "a topic name is legal only by Kafka's rules",
        arguments: [("order-events", true), ("a.b_C-1", true), ("", false), ("..", false), ("a b", false)])
    func topics(text: String, isLegal: Bool) {
        #expect(TopicName.isLegal(text) == isLegal)
    }

    @Test(
        "the distance between two words counts edits, and two swapped letters as one",
        arguments: [("", "", 0), ("a", "", 1), ("kafak", "kafka", 1), ("abc", "axc", 1)])
    func distances(a: String, b: String, distance: Int) {
        #expect(Suggestion.distance(a, b) == distance)
    }
}
