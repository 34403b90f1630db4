import Inventory
import Testing

@testable import Wire

private typealias Debezium = DebeziumText

@Suite struct ColumnEncodingTests {
    private func event(
        _ text: String, _ format: SourceFormat = SourceFormat()
    ) throws(BadEvent) -> OrderEvent? {
        switch try InputDecoder(format: format).decode(text) {
        case .change(.upsert(let event, _)), .event(let event): event
        default: nil
        }
    }

    private func time(
        _ value: String, schema: String? = nil, type: String = "int64", encoding: FieldEncoding? = nil
    ) throws(BadEvent) -> Int64? {
        var format = SourceFormat()
        format.encodings["event_time"] = encoding
        var text = Debezium.envelope("c", after: Debezium.row(time: value))
        if let schema {
            text = Debezium.withSchema(
                text, Debezium.rowFields(time: Debezium.field("event_time", type, schema)))
        }
        return try event(text, format)?.time.microseconds
    }

    private func reason(_ body: () throws(BadEvent) -> Void) -> BadEvent.Reason? {
        do throws(BadEvent) {
            try body()
            return nil
        } catch {
            return error.reason
        }
    }

    @Test("an integer time's unit comes from the schema, else the configuration, else its size")
    func timeUnits() throws {
        let noon: Int64 = 1_774_872_000_000_000
        #expect(try time("1774872000000", schema: "io.debezium.time.Timestamp") == noon)
        #expect(try time("1774872000000000", schema: "io.debezium.time.MicroTimestamp") == noon)
        #expect(try time("1774872000000000000", schema: "io.debezium.time.NanoTimestamp") == noon)
        #expect(try time("1774872000000", schema: "org.apache.kafka.connect.data.Timestamp") == noon)
        #expect(try time("20542", schema: "io.debezium.time.Date", type: "int32") == 20_542 * 86_400_000_000)
        #expect(
            try time("20542", schema: "org.apache.kafka.connect.data.Date") == 20_542 * 86_400_000_000)
        // Five seconds in microseconds: by its size alone the number would be read as seconds.
        #expect(try time("5000000", schema: "io.debezium.time.MicroTimestamp") == 5_000_000)
        #expect(try time("5000000", encoding: .epoch(.microseconds)) == 5_000_000)
        #expect(
            try time("5000000", schema: "io.debezium.time.Timestamp", encoding: .epoch(.days))
                == 5_000_000_000)
        #expect(try time("20542", encoding: .epoch(.days)) == 20_542 * 86_400_000_000)
        #expect(try time("1774872000000") == noon)
        #expect(try time("1774872000000000") == noon)
        #expect(try time("1774872000") == noon)
    }

    @Test(
        "instants and dates may be written as text",
        arguments: [
            ("\"2026-03-30T12:00:00Z\"", 1_774_872_000_000_000),
            ("\"2026-03-30T12:00:00.123456Z\"", 1_774_872_000_123_456),
            ("\"2026-03-30T14:00:00+02:00\"", 1_774_872_000_000_000),
            ("\"2026-03-30\"", 1_774_828_800_000_000),
            ("\"2026-03-30Z\"", 1_774_828_800_000_000), ("\"2026-03-30 12:00:00\"", 1_774_872_000_000_000),
        ] as [(String, Int64)])
    func textTimes(text: String, microseconds: Int64) throws {
        #expect(try time(text) == microseconds)
    }

    @Test("a value that can be no instant is a bad event")
    func impossibleInstants() {
        for (value, unit) in [
            ("9223372036854779", FieldEncoding.EpochUnit.milliseconds), ("-622191234", .days),
            ("1.5", .seconds), ("99999999999999999999", .microseconds),
        ] {
            let reason = reason { () throws(BadEvent) in _ = try time(value, encoding: .epoch(unit)) }
            #expect(reason == .invalidTimestamp, "\(value)")
        }
        #expect(reason { () throws(BadEvent) in _ = try time("null") } == .wrongType)
    }

    @Test("a quantity may be a decimal in any of its encodings")
    func decimalQuantities() throws {
        func quantity(
            _ value: String, schema: String? = nil, encoding: FieldEncoding? = nil
        ) throws(BadEvent) -> Int64? {
            var format = SourceFormat()
            format.encodings["quantity"] = encoding
            var text = Debezium.envelope("c", after: Debezium.row(type: "\"RECEIVED\"", quantity: value))
            if let schema { text = Debezium.withSchema(text, Debezium.rowFields(quantity: schema)) }
            return try event(text, format)?.units
        }
        #expect(try quantity("\"AfQ=\"", schema: Debezium.decimal("quantity", scale: 0)) == 500)
        #expect(try quantity("\"AMLs\"", schema: Debezium.decimal("quantity", scale: 2)) == 499)
        #expect(try quantity("\"AfQ=\"", encoding: .base64(scale: 0)) == 500)
        #expect(try quantity(#"{"scale":2,"value":"AMLs"}"#) == 499)
        #expect(try quantity("\"500\"", encoding: .text) == 500)
        #expect(try quantity("500.0") == 500)
        #expect(try quantity("true") == 1)
        #expect(try quantity("false") == 0)
        #expect(reason { () throws(BadEvent) in _ = try quantity("\"AfQ=\"") } == .unknownScale)
        #expect(reason { () throws(BadEvent) in _ = try quantity("\"five\"", encoding: .text) } == .wrongType)
        #expect(
            reason { () throws(BadEvent) in _ = try quantity("\"/w==\"", encoding: .base64(scale: 0)) }
                == .quantityOutOfRange)
        #expect(
            reason { () throws(BadEvent) in _ = try quantity("\"B88=\"", encoding: .base64(scale: 2)) }
                == .notAnInteger)
        #expect(
            reason { () throws(BadEvent) in _ = try quantity("\"__debezium_unavailable_value\"") }
                == .unavailableValue)
        #expect(reason { () throws(BadEvent) in _ = try event(Debezium.row(quantity: "true")) } == .wrongType)
    }

    @Test("an update whose type was not logged keeps the row's type")
    func unloggedType() throws {
        let text = Debezium.envelope(
            "u", after: Debezium.row(type: "\"__debezium_unavailable_value\"", quantity: "7"))
        guard
            case .change(.upsertKeepingType(let kept, _)) = try InputDecoder(format: SourceFormat()).decode(
                text)
        else { throw BadEvent(.unavailableValue, "the type is not kept") }
        #expect(kept.units == 7 && kept.typeIsKnown)
    }

    @Test("base64 decimals are exact up to 38 digits")
    func base64Decimals() {
        func unscaled(_ text: String) -> Int128? { Base64Decimal.unscaled(Array(text.utf8).span.bytes) }
        #expect(unscaled("B88=") == 1999)
        #expect(unscaled("AMLs") == 49900)
        #expect(unscaled("/wY=") == -250)
        #expect(unscaled("AA==") == 0)
        #expect(unscaled("5w==") == -25)
        #expect(unscaled("f/////////////////////8=") == nil)
        #expect(unscaled("f////////////////////w==") == .max)
        #expect(unscaled("gAAAAAAAAAAAAAAAAAAAAA==") == .min)
        #expect(unscaled("AAAAAAAAAAAAAAAAAAAAAAAB") == 1)
        for bad in ["", "=", "====", "B8=", "B88", "B88==", "B8 =", "é==="] {
            #expect(unscaled(bad) == nil, "\(bad)")
        }
    }

    @Test("a field may have another column name, and may stand in a nested object")
    func columnNames() throws {
        var format = SourceFormat()
        format.fields = [
            "event_id": "id", "quantity": "line.qty", "product_id": "line.product.number_in_the_catalogue",
        ]
        let row =
            #"{"id":16,"event_type":"SHIPPED","line":{"qty":185,"product":{"number_in_the_catalogue":3}},"#
            + #""warehouse_id":1,"event_time":"2026-03-30T12:30:00Z","quantity":9,"event_id":9}"#
        let expected = OrderEvent(
            id: EventID(16), pair: Pair(product: ProductID(3), warehouse: WarehouseID(1)), units: -185,
            time: Timestamp(microseconds: 1_774_873_800_000_000))
        for envelope in SourceFormat.Envelope.allCases {
            format.envelope = envelope
            #expect(try event(row, format) == expected)
        }
        #expect(try event(Debezium.envelope("c", after: row), format) == expected)
        let decoder = InputDecoder(format: format)
        #expect(
            try decoder.decode(key: #"{"id":16}"#, nil) == .change(.delete(EventID(16), .tombstone)))
        let bad = decoder.badness(row.replacing("185", with: "-1"))
        #expect(bad?.message.hasPrefix("quantity (column line.qty) is not between") == true)
        #expect(decoder.badness(row.replacing(#""qty""#, with: #""n""#))?.reason == .missingField)
    }

    @Test("a nested column's unit is found in the schema's struct")
    func nestedSchema() throws {
        var format = SourceFormat()
        format.fields = ["event_time": "at.time"]
        let row =
            #"{"event_id":16,"event_type":"SHIPPED","product_id":3,"warehouse_id":1,"quantity":185,"#
            + #""at":{"time":5000000}}"#
        let fields =
            #"{"type":"struct","fields":["#
            + Debezium.field("time", "int64", "io.debezium.time.MicroTimestamp") + #"],"field":"at"}"#
        #expect(try event(Debezium.rowWithSchema(row, fields), format)?.time.microseconds == 5_000_000)
    }
}
