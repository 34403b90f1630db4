import Inventory
import Testing

@testable import Wire

private typealias Debezium = DebeziumText

/// Times of the database that are no instants.
@Suite struct InfinityTests {
    private func badness(
        _ value: String, schema: String? = nil, type: String = "int64", encoding: FieldEncoding? = nil
    ) -> BadEvent? {
        var format = SourceFormat()
        format.encodings["event_time"] = encoding
        var text = Debezium.envelope("c", after: Debezium.row(time: value))
        if let schema {
            text = Debezium.withSchema(text, Debezium.rowFields(time: Debezium.field("event_time", type, schema)))
        }
        return InputDecoder(format: format).badness(text)
    }

    /// Each with the unit that a schema or the configuration gives, nil for none.
    static let infinities: [(String, FieldEncoding.EpochUnit?)] = [
        ("9223372036854775807", .nanoseconds), ("-9223372036854775808", .nanoseconds),
        ("-9223372036854775807", .nanoseconds), ("9223372036825200000", .nanoseconds),
        ("9223372036825200000", .microseconds), ("-9223372036832400000", .microseconds),
        ("9223372036854775807", .microseconds), ("-9223372036854775808", .microseconds),
        ("9223372036825200", .milliseconds), ("-9223372036832400", .milliseconds),
        ("9223372036854775", .milliseconds), ("-9223372036854775", .milliseconds),
        ("-9223372036854776", .milliseconds), ("9223372036825200000", .milliseconds),
        ("-9223372036832400000", .milliseconds), ("9223372036854775807", .milliseconds),
        ("-9223372036854775808", .milliseconds), ("9223372036854", .milliseconds),
        ("9223372036825", .seconds), ("-9223372036832", .seconds), ("-9223372036833", .seconds),
        ("9223372036825200", .seconds), ("9223372036854775807", .seconds), ("-9223372036854775808", .seconds),
        ("2147483647", .days), ("-2147483648", .days), ("106751991", .days), ("-106751992", .days),
        ("106751991166", .days), ("9223372036854775807", .days), ("-9223372036832400000", .days),
        ("9223372036854775807", nil), ("-9223372036854775808", nil),
        ("9223372036825200000", nil), ("-9223372036832400000", nil), ("9223372036825200", nil),
        ("-9223372036832400", nil), ("9223372036854775807.0", nil),
    ]

    @Test("Infinity is named as such in every unit, with a schema and without.", arguments: infinities)
    func numbers(value: String, unit: FieldEncoding.EpochUnit?) {
        let schema: String? =
            switch unit {
            case .days: "io.debezium.time.Date"
            case .milliseconds: "io.debezium.time.Timestamp"
            case .microseconds: "io.debezium.time.MicroTimestamp"
            case .nanoseconds: "io.debezium.time.NanoTimestamp"
            case .seconds, nil: nil
            }
        if let schema {
            let bad = badness(value, schema: schema)
            #expect(bad?.reason == .infiniteTimestamp)
            #expect(bad?.message == "event_time is infinity and not an instant: \(value)")
        }
        #expect(badness(value, encoding: unit.map { .epoch($0) })?.reason == .infiniteTimestamp)
        if unit == nil {
            #expect(EventDecoder().badness(eventText("event_time", value))?.reason == .infiniteTimestamp)
        }
    }

    @Test("An instant near infinity, or with its digits in a finer unit, is an instant.")
    func instants() {
        for (value, unit) in [
            ("1774857600000000000", FieldEncoding.EpochUnit.nanoseconds), ("9223372036854775806", .nanoseconds),
            ("9223372036", .milliseconds), ("9223372036854", .microseconds), ("9223372036825", .nanoseconds),
            ("2147483647", .seconds), ("106751991", .seconds),
        ] {
            #expect(badness(value, encoding: .epoch(unit)) == nil, "\(value) \(unit)")
        }
        #expect(EventDecoder().badness(eventText("event_time", "2147483647")) == nil)
        // The year 294246.
        #expect(badness("106751990", schema: "io.debezium.time.Date")?.reason == .invalidTimestamp)
    }

    @Test(
        "Infinity as text is named as such, in plain events too.",
        arguments: [
            "infinity", "-infinity", "Infinity", "-Infinity", "+infinity", "292278994-08-17 07:12:55.807+00",
            "+292278994-08-16T23:00:00Z", "-292275055-05-16T16:47:04.192Z", "292269055-12-02 23:00:00.0",
            "+294247-01-10T04:00:25.200Z", "-290308-12-21T19:59:27.600Z", "+5881580-07-11", "-5877641-06-23Z",
        ])
    func texts(text: String) {
        #expect(badness("\"\(text)\"")?.reason == .infiniteTimestamp)
        #expect(
            badness("\"\(text)\"", schema: "io.debezium.time.ZonedTimestamp", type: "string")?.reason
                == .infiniteTimestamp)
        let plain = EventDecoder().badness(eventText("event_time", "\"\(text)\""))
        #expect(plain == BadEvent(.infiniteTimestamp, "event_time is infinity and not an instant: \"\(text)\""))
    }

    @Test("A column of times of day, years or lengths of time is rejected by its schema.")
    func otherTimes() {
        for (schema, value, what) in [
            ("io.debezium.time.Time", "43200000", "a time of day"),
            ("io.debezium.time.MicroTime", "43200000000", "a time of day"),
            ("io.debezium.time.NanoTime", "43200000000000", "a time of day"),
            ("io.debezium.time.ZonedTime", "\"12:00:00Z\"", "a time of day"),
            ("io.debezium.time.IsoTime", "\"12:00:00Z\"", "a time of day"),
            ("org.apache.kafka.connect.data.Time", "43200000", "a time of day"),
            ("io.debezium.time.Year", "2026", "a year"),
            ("io.debezium.time.MicroDuration", "5000000", "a length of time"),
            ("io.debezium.time.Interval", "\"P0Y0M0DT5S\"", "a length of time"),
        ] {
            #expect(
                badness(value, schema: schema)
                    == BadEvent(
                        .invalidTimestamp, "event_time is \(what) by its schema and not an instant: \(value)"))
        }
    }
}
