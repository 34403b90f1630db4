import Inventory
import Testing

@testable import Wire

private typealias Debezium = DebeziumText

@Suite struct EnvelopeTests {
    let event = OrderEvent(
        id: EventID(16), pair: Pair(product: ProductID(3), warehouse: WarehouseID(1)), units: -185,
        time: Timestamp(microseconds: 1_774_873_800_000_000))
    let streamed = RowVersion(logPosition: 24_023_128, seconds: 1_774_873_800, [])
    let streamedDelete = RowVersion(logPosition: 24_023_128, seconds: 1_774_873_800, .delete)

    static let formats: [SourceFormat] = [SourceFormat(.auto), SourceFormat(.debezium)]
    static let wrappings: [@Sendable (String) -> String] = [{ $0 }, { DebeziumText.withSchema($0) }]

    @Test("inserts and updates hold the row as it now is", arguments: formats, [0, 1])
    func upserts(format: SourceFormat, wrapping: Int) throws {
        let wrap = Self.wrappings[wrapping]
        let old = Debezium.row(quantity: "5", time: "\"2026-03-30T11:00:00Z\"")
        for text in [
            Debezium.envelope("c", after: Debezium.row()),
            Debezium.oldEnvelope("c", after: Debezium.row()),
            Debezium.envelope("u", after: Debezium.row()),
            Debezium.envelope("u", before: Debezium.keyAlone(), after: Debezium.row()),
            Debezium.envelope("u", before: old, after: Debezium.row()),
        ] {
            let message = try InputDecoder(format: format).decode(key: Debezium.key(), wrap(text))
            #expect(message == .change(.upsert(event, streamed)), "\(text)")
        }
    }

    @Test(
        "a snapshot's row says so in its version",
        arguments: [
            "\"first\"", "\"true\"", "true", "\"first_in_data_collection\"", "\"last_in_data_collection\"",
            "\"last\"", "\"false\"", "false", "null",
        ])
    func snapshotRows(snapshot: String) throws {
        let source = Debezium.postgres(snapshot: snapshot)
        let message = try InputDecoder().decode(Debezium.envelope("r", after: Debezium.row(), source: source))
        let version = RowVersion(logPosition: 24_023_128, seconds: 1_774_873_800, .snapshot)
        #expect(message == .change(.upsert(event, version)))
    }

    @Test("a PostgreSQL incremental snapshot's row takes its version from the time alone")
    func incrementalSnapshotRows() throws {
        let source = Debezium.postgres(lsn: nil, snapshot: "\"incremental\"")
        let message = try InputDecoder().decode(Debezium.envelope("r", after: Debezium.row(), source: source))
        let version = RowVersion(
            logPosition: 1_774_873_800_500_000, seconds: 1_774_873_800, .snapshot)
        #expect(message == .change(.upsert(event, version)))
    }

    @Test("MySQL's log position is file, place and row")
    func mysqlPositions() throws {
        func version(_ source: String, _ operation: String = "u") throws -> RowVersion? {
            let text = Debezium.envelope(operation, after: Debezium.row(), source: source)
            guard case .change(.upsert(event, let version)) = try InputDecoder().decode(text) else {
                return nil
            }
            return version
        }
        let flags: RowVersion.Flags = .commitOrder
        #expect(
            try version(Debezium.mysql())
                == RowVersion(logPosition: 3 << 41 | 484 << 9, seconds: 1_774_873_800, flags))
        #expect(
            try version(Debezium.mysql(file: "binlog.1000000", position: 5_000_000_000, row: 900))
                == RowVersion(
                    logPosition: 1_000_000 << 41 | 0xFFFF_FFFF << 9 | 511, seconds: 1_774_873_800, flags))
        #expect(
            try version(Debezium.mysql(snapshot: "\"true\""), "r")
                == RowVersion(
                    logPosition: 3 << 41 | 484 << 9, seconds: 1_774_873_800, flags.union(.snapshot)))
        // File numbers are compared as numbers: 000010 comes after 000009, and 1000000 after 999999.
        let nine = try #require(try version(Debezium.mysql(file: "mysql-bin.000009", position: 900)))
        let ten = try #require(try version(Debezium.mysql(file: "mysql-bin.000010", position: 4)))
        #expect(nine.advanced(by: ten) == ten)
        #expect(ten.advanced(by: nine) == nil)
    }

    @Test("a source without a position gives its time, and one without either gives no version")
    func noPosition() throws {
        let ofTime = RowVersion(logPosition: 1_774_873_800_500_000, seconds: 1_774_873_800, [])
        for (source, version) in [
            (#"{"ts_ms":1774873800500}"#, ofTime),
            // A file without a number, and a sequence without one.
            (#"{"ts_ms":1774873800500,"file":"","pos":4}"#, ofTime),
            (#"{"ts_ms":1774873800500,"file":"mysql-bin","pos":4}"#, ofTime),
            (#"{"ts_ms":1774873800500,"file":"店","pos":4}"#, ofTime),
            (#"{"ts_ms":1774873800500,"sequence":""}"#, ofTime),
            (#"{"ts_ms":1774873800500,"sequence":"[]","lsn":""}"#, ofTime),
            (
                #"{"ts_ms":1774873800500,"ts_us":1774873800500123}"#,
                RowVersion(logPosition: 1_774_873_800_500_123, seconds: 1_774_873_800, [])
            ),
            (
                #"{"sequence":"[\"24023119\",\"24023128\"]"}"#,
                RowVersion(logPosition: 24_023_128, seconds: 0, [])
            ),
            (#"{"sequence":"[\"24023119\",null]"}"#, RowVersion(logPosition: 0, seconds: 0, [])),
            ("{}", RowVersion(logPosition: 0, seconds: 0, [])),
            ("null", RowVersion(logPosition: 0, seconds: 0, [])),
            (#"{"lsn":-5,"ts_ms":"x","file":7,"pos":[]}"#, RowVersion(logPosition: 0, seconds: 0, [])),
        ] {
            let text = Debezium.envelope("u", after: Debezium.row(), source: source)
            #expect(try InputDecoder().decode(text) == .change(.upsert(event, version)), "\(source)")
        }
    }

    @Test("a delete's id comes from the key, or from before if the key does not name it", arguments: [0, 1])
    func deleteKeys(
        wrapping: Int
    ) throws {
        let wrap = Self.wrappings[wrapping]
        let decoder = InputDecoder()
        let delete = InputMessage.change(.delete(EventID(16), streamedDelete))
        let full = wrap(Debezium.envelope("d", before: Debezium.row()))
        let alone = wrap(Debezium.envelope("d", before: Debezium.keyAlone()))
        let keyOnly = wrap(Debezium.envelope("d", before: #"{"event_id":16}"#))
        let nothing = wrap(Debezium.envelope("d"))
        for key in [Debezium.key(), Debezium.keyWithSchema()] {
            for text in [full, alone, keyOnly, nothing] {
                #expect(try decoder.decode(key: key, text) == delete)
            }
        }
        for key in [nil, Debezium.key("product_id", "3"), "3", "\"3\"", "garbage"] {
            for text in [full, alone, keyOnly] { #expect(try decoder.decode(key: key, text) == delete) }
            #expect(decoder.badness(key: key, nothing)?.reason == .missingKey)
        }
    }

    @Test("an id of 0 in before is not trusted when the key has other columns")
    func inventedID() throws {
        let text = Debezium.envelope("d", before: Debezium.keyAlone(id: "0"))
        #expect(InputDecoder().badness(key: Debezium.key("line_id", "5"), text)?.reason == .missingKey)
        let zero = InputMessage.change(.delete(EventID(0), streamedDelete))
        #expect(try InputDecoder().decode(key: Debezium.key("event_id", "0"), text) == zero)
        #expect(try InputDecoder().decode(text) == zero)
    }

    @Test("a changed key arrives as a delete and an insert")
    func changedKey() throws {
        let decoder = InputDecoder()
        let delete = try decoder.decode(
            key: Debezium.key(), Debezium.envelope("d", before: Debezium.keyAlone()))
        let insert = try decoder.decode(
            key: Debezium.key("event_id", "99"), Debezium.envelope("c", after: Debezium.row(id: "99")))
        #expect(delete == .change(.delete(EventID(16), streamedDelete)))
        var moved = event
        moved.id = EventID(99)
        #expect(insert == .change(.upsert(moved, streamed)))
    }

    @Test("truncates are read, and logical messages are skipped")
    func truncates() throws {
        #expect(try InputDecoder().decode(Debezium.envelope("t")) == .change(.truncate(streamed)))
        let message =
            #"{"op":"m","ts_ms":1,"source":\#(Debezium.postgres()),"message":{"prefix":"x","content":"aGk="}}"#
        #expect(try InputDecoder().decode(message) == .skipped(.logicalMessage))
    }

    @Test("an envelope without its row or with an unknown operation is bad")
    func badEnvelopes() {
        for (text, reason) in [
            (Debezium.envelope("u"), BadEvent.Reason.missingRow),
            (Debezium.envelope("c", before: Debezium.row()), .missingRow),
            (Debezium.envelope("x", after: Debezium.row()), .unknownOperation),
            (Debezium.envelope("", after: Debezium.row()), .unknownOperation),
            (Debezium.envelope("cu", after: Debezium.row()), .unknownOperation),
            (Debezium.envelope("u", after: #"{"event_id":16}"#), .missingField),
            (Debezium.envelope("u", after: Debezium.row(quantity: "-1")), .quantityOutOfRange),
            (Debezium.envelope("u", after: Debezium.row(quantity: "null")), .wrongType),
            (Debezium.envelope("u", after: Debezium.row(quantity: "1.5")), .notAnInteger),
            (Debezium.envelope("u", after: Debezium.row()) + "x", .invalidJSON),
            (Debezium.withSchema("5"), .notAnObject),
        ] {
            #expect(InputDecoder().badness(text)?.reason == reason, "\(text)")
        }
    }

    @Test("Of the columns that a row lacks, the first one in their documented order is named.")
    func missingColumns() {
        for text in [Debezium.envelope("c", after: "{}"), #"{"x":1,"__op":"c"}"#, #"{"event_type":"SHIPPED"}"#, "{}"] {
            let bad = InputDecoder(format: SourceFormat(.debezium)).badness(text)
            #expect(bad == BadEvent(.missingField, "event_id is missing"), "\(text)")
        }
        let bad = InputDecoder(format: SourceFormat(.debezium)).badness(#"{"event_id":1}"#)
        #expect(bad == BadEvent(.missingField, "event_type is missing"))
    }
}
