import Inventory
import Testing

@testable import Wire

private typealias Debezium = DebeziumText

/// Rows as ExtractNewRecordState writes them, tombstones, and messages that are no rows.
@Suite struct UnwrappedTests {
    let event = OrderEvent(
        id: EventID(16), pair: Pair(product: ProductID(3), warehouse: WarehouseID(1)), units: -185,
        time: Timestamp(microseconds: 1_774_873_800_000_000))

    private func added(_ fields: String, to row: String = Debezium.row()) -> String {
        row.dropLast() + "," + fields + "}"
    }

    @Test("added fields give a row's version, under either name and any prefix")
    func addedFields() throws {
        var prefixed = SourceFormat()
        prefixed.unwrapPrefix = "cdc."
        let lsn = RowVersion(logPosition: 24_023_128, seconds: 1_774_873_800, [])
        for (format, fields, version) in [
            (SourceFormat(), #""__op":"u","__lsn":24023128,"__source_ts_ms":1774873800500"#, lsn),
            (SourceFormat(), #""__source_lsn":24023128,"__source_ts_ms":1774873800500"#, lsn),
            (prefixed, #""cdc.op":"u","cdc.lsn":24023128,"cdc.source_ts_ms":1774873800500"#, lsn),
            (SourceFormat(), #""__op":"u","__ts_ms":1774873801112"#, RowVersion.none),
            (SourceFormat(), #""__deleted":"false","__table":"order_events""#, .none),
            (
                SourceFormat(), #""__op":"r","__lsn":24023128"#,
                RowVersion(logPosition: 24_023_128, seconds: 0, .snapshot)
            ),
            (
                SourceFormat(), #""__file":"binlog.000003","__pos":484,"__row":2,"__source_ts_ms":5000"#,
                RowVersion(logPosition: 3 << 41 | 484 << 9 | 2, seconds: 5, .commitOrder)
            ),
        ] {
            let message = try InputDecoder(format: format).decode(added(fields))
            #expect(message == .change(.upsert(event, version)), "\(fields)")
        }
    }

    @Test("a rewritten delete is a delete", arguments: [#""__deleted":"true""#, #""__deleted":true"#, #""__op":"d""#])
    func rewrittenDelete(mark: String) throws {
        let delete = InputMessage.change(
            .delete(EventID(16), RowVersion(logPosition: 0, seconds: 0, .delete)))
        let row = added(mark, to: Debezium.keyAlone())
        #expect(try InputDecoder().decode(row) == delete)
        #expect(try InputDecoder().decode(key: Debezium.keyWithSchema(), row) == delete)
        #expect(try InputDecoder().decode(key: Debezium.key(), Debezium.rowWithSchema(row)) == delete)
    }

    @Test("without added fields or a schema only the configuration makes a row a change")
    func plainRows() throws {
        #expect(try InputDecoder().decode(Debezium.row()) == .event(event))
        #expect(try InputDecoder(format: SourceFormat(.json)).decode(Debezium.row()) == .event(event))
        #expect(
            try InputDecoder(format: SourceFormat(.debezium)).decode(Debezium.row())
                == .change(.upsert(event, .none)))
        // Only a connector sends a row with a schema.
        #expect(
            try InputDecoder().decode(Debezium.rowWithSchema(Debezium.row()))
                == .change(.upsert(event, .none)))
    }

    @Test("the json format reads nothing but plain rows")
    func jsonFormat() {
        let decoder = InputDecoder(format: SourceFormat(.json))
        for text in [
            Debezium.envelope("c", after: Debezium.row()), Debezium.rowWithSchema(Debezium.row()),
            #"{"ts_ms":1774873801112}"#,
        ] {
            #expect(decoder.badness(text)?.reason == .missingField)
        }
    }

    @Test("a tombstone deletes the row its key names")
    func tombstones() throws {
        let delete = InputMessage.change(.delete(EventID(16), .tombstone))
        for key in [Debezium.key(), Debezium.keyWithSchema(), #"{"other":1,"event_id":16.0}"#] {
            #expect(try InputDecoder().decode(key: key, nil) == delete)
            #expect(try InputDecoder(format: SourceFormat(.debezium)).decode(key: key, nil) == delete)
            let json = InputDecoder(format: SourceFormat(.json))
            #expect(try json.decode(key: key, nil) == .skipped(.tombstone))
            #expect(try InputDecoder().decode(key: key, #"{"schema":null,"payload":null}"#) == delete)
        }
        // A bare number in the key may be another column, such as the product.
        for key in [nil, "16", "\"16\"", "", "{", #"{"product_id":3}"#, #"{"event_id":null}"#] {
            #expect(try InputDecoder().decode(key: key, nil) == .skipped(.tombstone))
        }
    }

    static let notices: [(String, SkipReason)] = [
        (#"{"ts_ms":1774873801112}"#, .heartbeat),
        (
            #"{"status":"BEGIN","id":"571:53195829","event_count":null,"data_collections":null,"#
                + #""ts_ms":1774873801112}"#, .transaction
        ),
        (
            #"{"status":"END","id":"571:53195832","ts_ms":1774873801112,"event_count":2,"#
                + #""data_collections":[{"data_collection":"public.order_events","event_count":2}]}"#,
            .transaction
        ),
        (
            #"{"source":\#(DebeziumText.mysql()),"ts_ms":1,"databaseName":"shop","schemaName":null,"#
                + #""ddl":"ALTER TABLE order_events ADD note text","tableChanges":[]}"#, .schemaChange
        ),
    ]

    @Test("heartbeats, transactions and schema changes are skipped", arguments: notices)
    func skippedMessages(text: String, reason: SkipReason) throws {
        for format in [SourceFormat(.auto), SourceFormat(.debezium)] {
            let decoder = InputDecoder(format: format)
            #expect(try decoder.decode(text) == .skipped(reason))
            let wrapped = #"{"schema":{"type":"struct","fields":[],"optional":false},"payload":\#(text)}"#
            #expect(try decoder.decode(wrapped) == .skipped(reason))
        }
    }

    @Test(
        "a message that is no event and no known notice is a bad event",
        arguments: [
            "{}", #"{"ts_ms":1,"x":2}"#, #"{"ts_ms":"1"}"#, #"{"status":"OPEN","id":1,"ts_ms":1}"#,
            #"{"ddl":"x"}"#, #"{"op":"c"}"#, #"{"payload":{}}"#, #"{"status":"BEGIN","id":"1"}"#,
        ])
    func unknownMessages(text: String) {
        #expect(InputDecoder().badness(text) == EventDecoder().badness(text))
        #expect(InputDecoder().badness(text)?.reason == .missingField)
    }

    @Test("a plain event may hold fields that envelopes have")
    func envelopeFields() throws {
        for extra in [
            #""op":"c","after":{"event_id":5}"#, #""schema":{},"payload":{"event_id":5}"#,
            #""before":null,"source":{"lsn":5},"ts_ms":7"#, #""status":"BEGIN","id":7"#,
        ] {
            #expect(try InputDecoder().decode(added(extra)) == .event(event), "\(extra)")
        }
    }
}
