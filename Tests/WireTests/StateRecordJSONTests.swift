import Inventory
import Testing

@testable import Wire

@Suite("A state record as a line of JSON")
struct StateRecordJSONTests {
    private static let pair = Pair(product: ProductID(3), warehouse: WarehouseID(-1))

    private func line(_ record: StateRecord) -> String {
        var out = ByteWriter()
        record.writeJSON(at: StateRecord.Place(Partition(2), Offset(41)), into: &out)
        return String(decoding: out.bytes, as: UTF8.self)
    }

    @Test(
        "says where it is and all that it holds",
        arguments: [
            (
                StateRecord.cells(
                    bucket: 7,
                    [
                        CellImage(
                            pair: pair, stock: -5, lastUpdated: Timestamp(microseconds: 1_500_000), events: 2),
                        CellImage(
                            pair: pair, stock: 0, lastUpdated: Timestamp(microseconds: .min), events: 0),
                    ]),
                #""cells","bucket":7,"cells":[{"product_id":3,"warehouse_id":-1,"stock":-5,"#
                    + #""last_updated":"1970-01-01T00:00:01.5Z","events":2},"#
                    + #"{"product_id":3,"warehouse_id":-1,"stock":0,"last_updated":null,"events":0}],"#
                    + #""generation":0,"slot":0"#
            ),
            (.position(Partition(1), Offset(9)), #""position","partition":1,"input_offset":9"#),
            (
                .barrier(
                    Barrier(
                        partition: Partition(1), base: Offset(4), offset: Offset(9), highestID: nil,
                        cellCount: 33, seenChunkCount: 2, alertCount: 6, settings: "a=\"b\"\nc=d",
                        release: "0.1.0", stamp: Stamp(generation: 12, slot: 1), laneCount: 3, digest: 255)),
                #""barrier","partition":1,"base":4,"input_offset":9,"highest_event_id":null,"cells":33,"#
                    + #""seen_chunks":2,"alerts":6,"barriers":3,"digest":"ff","#
                    + #""settings":"a=\"b\"\nc=d","release":"0.1.0","generation":12,"slot":1"#
            ),
            (
                .alert(
                    pair, LedgerEntry(severity: .low, incident: 2, since: Timestamp(microseconds: 0))),
                #""alert","product_id":3,"warehouse_id":-1,"alert_severity":"LOW","incident":2,"#
                    + #""since":"1970-01-01T00:00:00Z","digest":"0""#
            ),
            (
                .stockFingerprint(pair, .max),
                #""published_stock","product_id":3,"warehouse_id":-1,"digest":"ffffffffffffffff""#
            ),
            (
                .rollupFingerprint(ProductID(8), 255),
                #""published_rollup","product_id":8,"digest":"ff""#
            ),
            (
                .movements(
                    MovementImages(
                        number: 1, known: 0b101,
                        images: [
                            MovementImages.Image(
                                slot: 4, units: -5, time: Timestamp(microseconds: 0),
                                version: RowVersion(position: 255, seconds: 3)),
                            MovementImages.Image(
                                slot: nil, units: 0, time: Timestamp(microseconds: 0), version: .none),
                        ])),
                #""movements","events":[{"event_id":64,"cell":4,"units":-5,"#
                    + #""event_time":"1970-01-01T00:00:00Z","version":"ff","source_seconds":3},"#
                    + #"{"event_id":66,"deleted":true,"version":"0","source_seconds":0}],"generation":0,"slot":0"#
            ),
            (
                .movementLog(
                    MovementLogSummary(
                        partition: Partition(1), offset: Offset(9), count: 7, truncated: nil)),
                #""movement_log","partition":1,"input_offset":9,"events":7,"generation":0,"slot":0"#
            ),
            (
                .referenceRefused(.products, Partition(1), Offset(9)),
                #""reference_refused","table":"products","partition":1,"offset":9"#
            ),
            (
                .intent(
                    Intent(
                        partition: Partition(1), part: 4, offsets: [Partition(1): Offset(9)],
                        alerts: [
                            Intent.Alert(
                                Pair(product: ProductID(3), warehouse: WarehouseID(1)),
                                LedgerEntry(
                                    severity: .low, incident: 2, since: Timestamp(microseconds: 0),
                                    fingerprint: 255))
                        ], rollup: [ProductID(5), ProductID(6)])),
                #""intent","partition":1,"part":4,"input_offsets":[{"partition":1,"offset":9}],"#
                    + #""alerts":[{"product_id":3,"warehouse_id":1,"alert_severity":"LOW","incident":2,"#
                    + #""since":"1970-01-01T00:00:00Z","digest":"ff"}],"stock":[],"#
                    + #""rollup":[{"product_id":5},{"product_id":6}]"#
            ),
        ])
    func line(_ record: StateRecord, _ expected: String) {
        #expect(line(record) == #"{"state_partition":2,"offset":41,"record":"# + expected + "}\n")
    }

    @Test("gives seen ids as ranges with both ends, negative ids too")
    func seen() {
        var words = [UInt64](repeating: 0, count: SeenChunk.wordCount)
        words[0] = 0b1011
        words[63] = 1 << 63
        let chunk = SeenChunk(number: -1, words: words)
        #expect(
            line(.seen(Partition(0), place: 4, chunk)).contains(
                #""seen","partition":0,"place":4,"ids":[[-4096,-4095],[-4093,-4093],[-1,-1]]"#))
        let full = SeenChunk(number: 1, words: Array(repeating: .max, count: SeenChunk.wordCount))
        #expect(line(.seen(Partition(0), place: 4, full)).contains(#""ids":[[4096,8191]]"#))
    }

    @Test("of a deleted one gives the key")
    func deleted() {
        var out = ByteWriter()
        [UInt8](arrayLiteral: 0x43, 0, 0xAB).withUnsafeBytes {
            StateRecord.writeDeletedJSON(
                key: $0, at: StateRecord.Place(Partition(0), Offset(1)), into: &out)
        }
        #expect(
            String(decoding: out.bytes, as: UTF8.self)
                == #"{"state_partition":0,"offset":1,"record":"deleted","key":"4300ab"}"# + "\n")
    }

    @Test("is named by its key alone, and a name gives the key back")
    func name() {
        var encoder = StateEncoder()
        let pair = Pair(product: ProductID(7), warehouse: WarehouseID(-1))
        for name in [
            StateRecord.Name.cells(bucket: 9), .seen(Partition(3), place: 5), .movements(number: -4),
            .movementLog(Partition(2)), .barrier(Partition(1)), .position(Partition(6)), .alert(pair),
            .stockFingerprint(pair), .rollupFingerprint(ProductID(-7)),
            .referenceRefused(.warehouses, Partition(5)), .intent(Partition(2), part: 9),
        ] {
            for slot in 0...(name.isOfCheckpoint ? 1 : 0) as ClosedRange<UInt8> {
                let key = StateRecord.Key(name, slot: slot)
                var found: StateRecord.Key?
                encoder.encodeKey(of: key) { found = StateRecord.Key($0) }
                #expect(found == key)
            }
        }
        encoder.encode(.position(Partition(0), Offset(1))) { key, _ in
            #expect(StateRecord.Key(key) == StateRecord.Key(.position(Partition(0))))
        }
        #expect([UInt8](arrayLiteral: 1, 2).withUnsafeBytes { StateRecord.Key($0) } == nil)
    }
}
