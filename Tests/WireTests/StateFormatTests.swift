import Inventory
import Testing
import Wire

/// Keys and values are stored, so they must stay the same in every release of format 1.
@Suite struct StateFormatTests {
    private static func bytes(_ record: StateRecord) -> [[UInt8]] {
        var encoder = StateEncoder()
        var result: [[UInt8]] = []
        encoder.encode(record) { key, value in result = [Array(key), Array(value)] }
        return result
    }

    private static func little(_ parts: any FixedWidthInteger...) -> [UInt8] {
        func bytes(_ part: some FixedWidthInteger) -> [UInt8] {
            withUnsafeBytes(of: part.littleEndian) { Array($0) }
        }
        return parts.flatMap { bytes($0) }
    }

    private static let pair = Pair(product: ProductID(3), warehouse: WarehouseID(4))

    @Test("a bucket of stock entries has the bytes of format 1")
    func entries() {
        let image = StoredEntry(
            pair: Self.pair, stock: -5, lastUpdated: Timestamp(microseconds: 6), events: 7)
        let found = Self.bytes(.entries(bucket: 9, [image]))
        #expect(found[0] == [0x45] + Self.little(UInt32(9)))
        #expect(found[1] == [1, 0] + Self.little(Int32(3), Int32(4), Int64(-5), Int64(6), UInt32(7)))
    }

    @Test("a bucket of event ids has the bytes of format 1")
    func eventIDs() {
        let words = (0..<UInt64(IDChunk.wordCount)).map { $0 }
        let bucket = IDBucket(
            set: 5, bucket: 9, chunks: [IDChunk(number: -2, words: words)], ids: [-1, 8],
            texts: [EventID(rawValue: 3, high: 4)])
        let found = Self.bytes(.ids(Partition(2), bucket))
        #expect(found[0] == [0x49] + Self.little(Int32(2), UInt8(1), UInt16(9)))
        let chunk = Self.little(Int64(-2)) + words.flatMap { Self.little($0) }
        #expect(
            found[1] == [1] + Self.little(UInt64(5), UInt32(1)) + chunk
                + Self.little(UInt32(1), Int64(3), UInt64(4), Int64(-1), Int64(8)))
    }

    @Test("a block of movements has the bytes of format 1")
    func movements() {
        let version = RowVersion(position: 6, seconds: 7)
        let images = [
            MovementImages.Image(entry: 4, units: -5, time: Timestamp(microseconds: 8), version: version),
            MovementImages.Image(entry: nil, units: 0, time: Timestamp(microseconds: 0), version: .none),
        ]
        let found = Self.bytes(.movements(MovementImages(EventBlock(number: -1), known: 3, images: images)))
        #expect(found[0] == [0x4D] + Self.little(Int64(-1)))
        let text = Self.bytes(.movements(MovementImages(EventBlock(number: -1, high: 2), known: 3, images: images)))
        #expect(text == [[0x4D] + Self.little(Int64(-1), UInt64(2)), found[1]])
        let one = Self.little(UInt32(4), Int32(-5), Int64(8), UInt64(6), UInt32(7))
        let other = Self.little(UInt32.max, Int32(0), Int64(0), UInt64(0), UInt32(0))
        #expect(found[1] == [1] + Self.little(UInt64(3)) + one + other)
    }

    @Test("a checkpoint record has the bytes of format 1")
    func checkpointRecords() {
        let record = CheckpointRecord(
            partition: Partition(1), base: Offset(2), offset: Offset(3), pairs: 4, publishedAlerts: 5,
            movements: 6, truncated: RowVersion(position: 7, seconds: 8),
            dedupe: DedupeSummary(seed: 9, number: 10, currentCount: 11, previousCount: 12), settings: "a=b",
            release: "1.0")
        let found = Self.bytes(.checkpoint(record))
        #expect(found[0] == [0x43] + Self.little(Int32(1)))
        let numbers = Self.little(
            Int64(2), Int64(3), UInt32(4), UInt32(5), UInt64(6), UInt8(1), UInt64(7), UInt32(8), UInt64(9),
            UInt64(10), UInt64(11), UInt64(12))
        #expect(
            found[1] == [1] + Self.little(UInt32(3)) + Array("1.0".utf8) + numbers + Self.little(UInt32(3))
                + Array("a=b".utf8))
    }

    @Test("a published alert has the bytes of format 1")
    func publishedAlerts() {
        let alert = PublishedAlert(
            level: .oversold, oversoldUnits: 6, incident: 7, since: Timestamp(microseconds: 8),
            fingerprint: 9)
        let found = Self.bytes(.alert(Self.pair, alert))
        #expect(found[0] == [0x41, 0] + Self.little(Int32(3), Int32(4)))
        #expect(found[1] == [1, 5] + Self.little(UInt32(7), Int64(8), UInt64(9), UInt64(6)))
    }

    @Test("the other state records have the bytes of format 1")
    func otherRecords() {
        #expect(
            Self.bytes(.position(Partition(2), Offset(3))) == [
                [0x50, 2, 0, 0, 0], [1] + Self.little(Int64(3)),
            ])
        #expect(
            Self.bytes(.stockFingerprint(Self.pair, 5)) == [
                [0x4C, 0] + Self.little(Int32(3), Int32(4)), [1] + Self.little(UInt64(5)),
            ])
        #expect(
            Self.bytes(.rollupFingerprint(ProductID(-1), 5)) == [
                [0x52, 0] + Self.little(Int32(-1)), [1] + Self.little(UInt64(5)),
            ])
        #expect(
            Self.bytes(.referenceRejected(.warehouses, Partition(2), Offset(3))) == [
                [0x46, ReferenceKind.warehouses.rawValue] + Self.little(Int32(2)),
                [1] + Self.little(Int64(3)),
            ])
    }

    @Test("ids that are texts have the bytes of format 1")
    func textIDs() throws {
        let ids = IDs(product: .text, warehouse: .text)
        func name(_ text: String) throws -> Int32 {
            try #require(Array(text.utf8).withUnsafeBytes { ids.names?.intern($0) })
        }
        let pair = Pair(product: ProductID(try name("SKU")), warehouse: WarehouseID(try name("é")))
        var encoder = StateEncoder(ids)
        let text: [UInt8] = [3, 0x53, 0x4B, 0x55, 2, 0xC3, 0xA9]
        encoder.encode(.stockFingerprint(pair, 5)) { key, value in
            #expect(Array(key) == [0x4C, 3] + text)
            #expect(Array(value) == [1] + Self.little(UInt64(5)))
        }
        encoder.encode(.rollupFingerprint(pair.product, 5)) { key, _ in
            #expect(Array(key) == [0x52, 1, 3, 0x53, 0x4B, 0x55])
        }
        let entry = StoredEntry(pair: pair, stock: -5, lastUpdated: Timestamp(microseconds: 6), events: 7)
        encoder.encode(.entries(bucket: 9, [entry])) { _, value in
            #expect(Array(value) == [1, 3] + text + Self.little(Int64(-5), Int64(6), UInt32(7)))
        }
    }

    @Test("a stored id that no event could have is no state record", arguments: [IDKind.text, .integer])
    func badTextIDs(kind: IDKind) {
        let long = [UInt8](repeating: 0x61, count: 255)
        let texts: [([UInt8], isID: Bool)] = [
            (Array("SKU".utf8), true), (Array("é".utf8), true), (long, true), ([], false), ([0x53, 0], false),
            ([0xC3], false), ([0x53, 0xFF], false), ([0xED, 0xA0, 0x80], false),
        ]
        for (text, isID) in texts {
            let key = [0x52, 1, UInt8(text.count)] + text
            let value = [1] + Self.little(UInt64(5))
            var found: StateRecordError?
            do {
                try key.withUnsafeBytes { key in
                    try value.withUnsafeBytes { _ = try StateRecord(key: key, value: $0, IDs(product: kind)) }
                }
            } catch {
                found = error as? StateRecordError ?? .truncated
            }
            #expect(found == (isID ? nil : .foreign), "\(text)")
        }
    }

    @Test("a truncation without a version differs from no truncation")
    func truncations() throws {
        for truncated in [nil, RowVersion.none, RowVersion(position: 7, seconds: 8)] {
            let record = CheckpointRecord(
                partition: Partition(1), base: Offset(2), offset: Offset(3), truncated: truncated,
                dedupe: DedupeSummary(seed: 9, number: 10, currentCount: 11, previousCount: 12), settings: "",
                release: "")
            var encoder = StateEncoder()
            encoder.encode(.checkpoint(record)) { key, value in
                #expect((try? StateRecord(key: key, value: value)) == .checkpoint(record))
            }
        }
    }

    @Test("each record has the same state partition in every release")
    func statePartitions() {
        let placement = StatePlacement(keyedBy: .none, statePartitionCount: 5)
        func partition(_ key: StateRecord.Key) -> Int32 {
            placement.partition(of: key, shardOf: Partition(3)).rawValue
        }
        #expect([0, 1, 7, .max].map { partition(.entries(bucket: $0)) } == [0, 1, 2, 0])
        #expect(
            [0, 1, 7, .max].map { partition(.ids(Partition(3), isOddSet: true, bucket: $0)) } == [0, 1, 2, 0])
        #expect(
            [-1, 0, 1, 2, 3, 1_000_000].map { partition(.movements(EventBlock(number: $0))) } == [0, 0, 0, 0, 3, 3])
        #expect((0..<7).map { partition(.checkpoint(Partition($0))) } == [0, 1, 2, 3, 4, 0, 1])
        let anywhere: [StateRecord.Key] = [
            .position(Partition(3)), .alert(Self.pair), .stockFingerprint(Self.pair),
            .rollupFingerprint(ProductID(3)), .referenceRejected(.products, Partition(3)),
        ]
        #expect(anywhere.allSatisfy { partition($0) == 0 })
        let keyed = StatePlacement(keyedBy: .product, statePartitionCount: 5)
        #expect(keyed.partition(of: .entries(bucket: 7), shardOf: Partition(3)) == Partition(3))
        #expect(keyed.partition(of: .alert(Self.pair), shardOf: Partition(3)) == Partition(3))
    }
}
