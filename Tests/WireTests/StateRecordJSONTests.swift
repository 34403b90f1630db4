import Inventory
import Testing

@testable import Wire

@Suite("A state record as a line of JSON")
struct StateRecordJSONTests {
    private static let pair = Pair(product: ProductID(3), warehouse: WarehouseID(-1))

    private func line(_ record: StateRecord) -> String {
        var out = ByteWriter()
        record.writeJSON(at: StateRecord.Location(Partition(2), Offset(41)), into: &out)
        return String(decoding: out.bytes, as: UTF8.self)
    }

    @Test(
        "a state record's JSON says where the record is and all that it holds",
        arguments: [
            (
                StateRecord.entries(
                    bucket: 7,
                    [
                        StoredEntry(
                            pair: pair, stock: -5, lastUpdated: Timestamp(microseconds: 1_500_000), events: 2),
                        StoredEntry(
                            pair: pair, stock: 0, lastUpdated: Timestamp(microseconds: .min), events: 0),
                    ]),
                #""stock_entries","bucket":7,"entries":[{"product_id":3,"warehouse_id":-1,"stock":-5,"#
                    + #""last_updated":"1970-01-01T00:00:01.5Z","events":2},"#
                    + #"{"product_id":3,"warehouse_id":-1,"stock":0,"last_updated":null,"events":0}]"#
            ),
            (.position(Partition(1), Offset(9)), #""position","partition":1,"input_offset":9"#),
            (
                .checkpoint(
                    CheckpointRecord(
                        partition: Partition(1), base: Offset(4), offset: Offset(9), pairs: 33,
                        publishedAlerts: 6, movements: 7, truncated: RowVersion(position: 255, seconds: 3),
                        dedupe: DedupeSummary(seed: 1, number: 5, currentCount: 2, previousCount: 10),
                        settings: "a=\"b\"\nc=d", release: "0.1.0")),
                #""checkpoint","partition":1,"base":4,"input_offset":9,"pairs":33,"published_alerts":6,"#
                    + #""movements":7,"truncated":true,"version":"ff","source_seconds":3,"id_set":5,"#
                    + #""remembered_ids":12,"settings":"a=\"b\"\nc=d","release":"0.1.0""#
            ),
            (
                .alert(
                    pair, PublishedAlert(level: .low, incident: 2, since: Timestamp(microseconds: 0))),
                #""published_alert","product_id":3,"warehouse_id":-1,"level":"LOW","incident":2,"#
                    + #""since":"1970-01-01T00:00:00Z","oversold_units":0,"fingerprint":"0""#
            ),
            (
                .alert(
                    pair,
                    PublishedAlert(
                        level: .oversold, oversoldUnits: 1 << 63, incident: 2,
                        since: Timestamp(microseconds: 0))),
                #""published_alert","product_id":3,"warehouse_id":-1,"level":"OVERSOLD","incident":2,"#
                    + #""since":"1970-01-01T00:00:00Z","oversold_units":9223372036854775808,"#
                    + #""fingerprint":"0""#
            ),
            (
                .stockFingerprint(pair, .max),
                #""published_stock","product_id":3,"warehouse_id":-1,"fingerprint":"ffffffffffffffff""#
            ),
            (
                .rollupFingerprint(ProductID(8), 255),
                #""published_rollup","product_id":8,"fingerprint":"ff""#
            ),
            (
                .movements(
                    MovementImages(
                        EventBlock(number: 1), known: 0b101,
                        images: [
                            MovementImages.Image(
                                entry: 4, units: -5, time: Timestamp(microseconds: 0),
                                version: RowVersion(position: 255, seconds: 3)),
                            MovementImages.Image(
                                entry: nil, units: 0, time: Timestamp(microseconds: 0), version: .none),
                        ])),
                #""movements","events":[{"event_id":64,"entry":4,"units":-5,"#
                    + #""event_time":"1970-01-01T00:00:00Z","version":"ff","source_seconds":3},"#
                    + #"{"event_id":66,"deleted":true,"version":"0","source_seconds":0}]"#
            ),
            (
                .referenceRejected(.products, Partition(1), Offset(9)),
                #""reference_rejected","table":"products","partition":1,"offset":9"#
            ),
        ])
    func line(_ record: StateRecord, _ expected: String) {
        #expect(line(record) == #"{"state_partition":2,"offset":41,"record":"# + expected + "}\n")
    }

    @Test("the JSON of remembered ids lists them in order, negative ones too")
    func ids() {
        var words = [UInt64](repeating: 0, count: IDChunk.wordCount)
        words[0] = 0b1011
        words[63] = 1 << 63
        let bucket = IDBucket(
            set: 2, bucket: 4, chunks: [IDChunk(number: -1, words: words)], ids: [.min, 7])
        #expect(
            line(.ids(Partition(1), bucket)).contains(
                #""event_ids","partition":1,"set":2,"bucket":4,"ids":[-9223372036854775808,-4096,-4095,-4093,-1,7]}"#
            ))
    }

    @Test("the JSON of a deleted state record gives its key")
    func deleted() {
        var out = ByteWriter()
        [UInt8](arrayLiteral: 0x43, 0, 0xAB).withUnsafeBytes {
            StateRecord.writeDeletedJSON(
                key: $0, at: StateRecord.Location(Partition(0), Offset(1)), into: &out)
        }
        #expect(
            String(decoding: out.bytes, as: UTF8.self)
                == #"{"state_partition":0,"offset":1,"record":"deleted","key":"4300ab"}"# + "\n")
    }

    @Test("a state record's key is read back from its bytes alone")
    func key() {
        var encoder = StateEncoder()
        let pair = Pair(product: ProductID(7), warehouse: WarehouseID(-1))
        for key in [
            StateRecord.Key.entries(bucket: 9), .ids(Partition(3), isOddSet: true, bucket: 5),
            .movements(EventBlock(number: -4)), .movements(EventBlock(number: 4, high: 1)), .checkpoint(Partition(1)),
            .position(Partition(6)), .alert(pair),
            .stockFingerprint(pair), .rollupFingerprint(ProductID(-7)),
            .referenceRejected(.warehouses, Partition(5)),
        ] {
            var found: StateRecord.Key?
            encoder.encodeKey(key) { found = StateRecord.Key($0) }
            #expect(found == key)
        }
        #expect([UInt8](arrayLiteral: 1, 2).withUnsafeBytes { StateRecord.Key($0) } == nil)
    }
}
