import Inventory
import TestSupport
import Testing
import Wire

@Suite struct StateRecordTests {
    static let chunk = IDChunk(
        number: -3, words: (0..<IDChunk.wordCount).map { UInt64($0) &* 0x9E37_79B9_7F4A_7C15 })
    static let checkpoint = CheckpointRecord(
        partition: Partition(3), base: Offset(7), offset: Offset(1_000_000_007), pairs: 77,
        publishedAlerts: 9, movements: 1 << 40, truncated: RowVersion(position: 8, seconds: .max),
        dedupe: DedupeSummary(seed: .max, number: 5, currentCount: 6, previousCount: 7),
        settings: "dedupe.window=5\nsigns=RECEIVED:1", release: "1.2.3-é")
    static let pair = Pair(product: ProductID(3), warehouse: WarehouseID(1))
    static let records: [StateRecord] = [
        .entries(bucket: 0, []),
        .entries(bucket: .max, [image(1)]),
        .entries(bucket: 5, (0..<Aggregate.entriesPerBucket).map { image(Int64($0) - 9) }),
        .ids(Partition(2), IDBucket(set: 4, bucket: 9, chunks: [], ids: [])),
        .ids(Partition(2), IDBucket(set: 5, bucket: 9, chunks: [chunk], ids: [.min, -1, .max])),
        .ids(
            Partition(.max),
            IDBucket(
                set: .max, bucket: .max, chunks: [chunk, IDChunk(number: 8, words: chunk.words)], ids: [])),
        .checkpoint(checkpoint),
        .checkpoint(
            CheckpointRecord(
                partition: Partition(0), base: Offset(0), offset: Offset(0),
                dedupe: DedupeSummary(seed: 0, number: 0, currentCount: 0, previousCount: 0), settings: "",
                release: "")),
        .position(Partition(1), Offset(.max)),
        .alert(
            Pair(product: ProductID(.min), warehouse: WarehouseID(-1)),
            PublishedAlert(
                level: .outOfStock, incident: .max, since: Timestamp(microseconds: .min), fingerprint: .max)),
        .alert(Pair(product: ProductID(3), warehouse: WarehouseID(2)), PublishedAlert()),
        .alert(pair, PublishedAlert(level: .oversold, oversoldUnits: 1 << 63, incident: 1)),
        .stockFingerprint(Pair(product: ProductID(.max), warehouse: WarehouseID(.max)), 1),
        .rollupFingerprint(ProductID(-7), .max),
        .movements(MovementImages(EventBlock(number: -1), known: 0, images: [])),
        .movements(
            MovementImages(
                EventBlock(number: 1 << 40, high: 7), known: 1 << 63 | 1,
                images: [
                    MovementImages.Image(
                        entry: 9, units: .min, time: Timestamp(microseconds: -1),
                        version: RowVersion(position: .max, seconds: 3)),
                    MovementImages.Image(
                        entry: nil, units: 0, time: Timestamp(microseconds: 0), version: .none),
                ])),
        .referenceRejected(.products, Partition(2), Offset(77)),
        .referenceRejected(.warehouses, Partition(2), Offset(77)),
    ]

    static func image(_ number: Int64) -> StoredEntry {
        StoredEntry(
            pair: Pair(
                product: ProductID(Int32(number)), warehouse: WarehouseID(Int32(truncatingIfNeeded: ~number))),
            stock: number &* .max, lastUpdated: Timestamp(microseconds: .min &+ number),
            events: UInt32(truncatingIfNeeded: number))
    }

    private static func encode(_ record: StateRecord) -> (key: [UInt8], value: [UInt8]) {
        var encoder = StateEncoder()
        var result: (key: [UInt8], value: [UInt8]) = ([], [])
        encoder.encode(record) { key, value in result = (Array(key), Array(value)) }
        return result
    }

    private static func decode(_ key: [UInt8]?, _ value: [UInt8]?) -> Result<StateRecord?, StateRecordError> {
        Result { () throws(StateRecordError) in
            guard let key else { return try StateRecord(key: nil, value: nil) }
            return try withExactBytes(key) { keyBytes throws(StateRecordError) in
                guard let value else { return try StateRecord(key: keyBytes, value: nil) }
                return try withExactBytes(value) { valueBytes throws(StateRecordError) in
                    try StateRecord(key: keyBytes, value: valueBytes)
                }
            }
        }
    }

    private static func isRefused(_ key: [UInt8], _ value: [UInt8]) -> Bool {
        if case .failure = decode(key, value) { true } else { false }
    }

    @Test("every state record is read as it was written, even from a reused encoder")
    func everyKind() throws {
        var encoder = StateEncoder()
        for record in Self.records {
            encoder.encode(record) { key, value in
                let read = Result { () throws(StateRecordError) in try StateRecord(key: key, value: value) }
                #expect(read == .success(record))
            }
        }
    }

    @Test("random state records are read as they were written")
    func randomRecords() {
        var random = SeededRandom(seed: 11)
        for _ in 0..<500 {
            let record = Self.random(&random)
            let (key, value) = Self.encode(record)
            #expect(Self.decode(key, value) == .success(record))
        }
    }

    @Test("different state records have different keys, and a new value keeps its key")
    func distinctKeys() {
        let keys = Self.records.map { Self.encode($0).key }
        #expect(Set(keys).count == keys.count)
        let position = Self.encode(.position(Partition(1), Offset(5))).key
        #expect(keys.contains(position))
        #expect(position == [0x50, 1, 0, 0, 0], "keys are stored: they stay the same in every release")
    }

    @Test("a deleted state record reads as nothing")
    func deletedRecord() {
        for record in Self.records {
            #expect(Self.decode(Self.encode(record).key, nil) == .success(nil))
        }
    }

    @Test("a key that stockd does not write is foreign")
    func foreignKeys() {
        #expect(Self.decode(nil, nil) == .failure(.foreign))
        #expect(Self.decode([], [1]) == .failure(.foreign))
        #expect(Self.decode([0x7B, 0x22], [1]) == .failure(.foreign))
        #expect(Self.decode([0x7B, 0x22], nil) == .failure(.foreign))
    }

    @Test("a state record that is cut short is rejected")
    func cutRecords() {
        for record in Self.records {
            let (key, value) = Self.encode(record)
            // A block of texts whose key lost its last half reads as a block of integers.
            for length in key.indices where key[0] != 0x4D || length != 9 {
                #expect(Self.isRefused(Array(key.prefix(length)), value))
            }
            // A bucket cut between two elements is a valid shorter bucket; only the checkpoint's counts reveal it.
            var isShorter: (Int) -> Bool = { _ in false }
            switch record {
            case .entries: isShorter = { $0 > 1 && ($0 - 2) % 28 == 0 }
            case .ids(_, let bucket):
                let ids = 1 + 8 + 4 + bucket.chunks.count * (8 + 8 * IDChunk.wordCount) + 4
                isShorter = { $0 >= ids && ($0 - ids) % 8 == 0 }
            default: break
            }
            for length in value.indices where !isShorter(length) {
                #expect(Self.isRefused(key, Array(value.prefix(length))), "\(length) bytes of \(value.count)")
            }
        }
    }

    @Test("a state record that is too long is rejected")
    func longRecords() {
        for record in Self.records {
            let (key, value) = Self.encode(record)
            #expect(Self.isRefused(key + [0], value))
            #expect(Self.isRefused(key, value + [0]))
        }
        let full = Self.encode(Self.records[2])
        #expect(Self.decode(full.key, full.value + full.value[2...29]) == .failure(.foreign))
    }

    @Test("state records with values that no release writes are rejected")
    func impossibleValues() {
        var alert = Self.encode(.alert(Pair(rawValue: 1), PublishedAlert(level: .low)))
        for level in [5, 6, .max] as [UInt8] {
            // Level 5, oversold, is stored with its units, which this value lacks. The others are no levels.
            alert.value[1] = level
            #expect(Self.decode(alert.key, alert.value) == .failure(.foreign))
        }
        alert = Self.encode(.alert(Pair(rawValue: 1), PublishedAlert(level: .oversold, oversoldUnits: 1)))
        for level in 0...4 as ClosedRange<UInt8> {
            alert.value[1] = level
            #expect(Self.decode(alert.key, alert.value) == .failure(.foreign))
        }
        var checkpoint = Self.encode(.checkpoint(Self.checkpoint))
        let release = Self.checkpoint.release.utf8.count
        // The flag that says whether the events table was truncated must be 0 or 1.
        checkpoint.value[1 + 4 + release + 16 + 8 + 8] = 2
        #expect(Self.decode(checkpoint.key, checkpoint.value) == .failure(.foreign))
        checkpoint = Self.encode(.checkpoint(Self.checkpoint))
        checkpoint.value[1 + 4] = 0xFF
        #expect(Self.decode(checkpoint.key, checkpoint.value) == .failure(.foreign))
        var ids = Self.encode(.ids(Partition(2), IDBucket(set: 5, bucket: 9, chunks: [], ids: [3])))
        ids.value[1] = 4
        #expect(Self.decode(ids.key, ids.value) == .failure(.foreign), "the key is of an odd set")
        ids.key[5] = 2
        #expect(Self.decode(ids.key, ids.value) == .failure(.foreign))
    }

    @Test("state records with negative partitions or offsets are foreign")
    func negativeNumbers() {
        for record in Self.records {
            var (key, value) = Self.encode(record)
            switch record.key {
            case .ids, .checkpoint, .position: key[4] |= 0x80
            case .referenceRejected: key[5] |= 0x80
            default: continue
            }
            #expect(Self.decode(key, value) == .failure(.foreign))
            #expect(Self.key(key) == nil, "its tombstone says nothing")
            guard case .position = record else { continue }
            key[4] &= 0x7F
            value[8] |= 0x80
            #expect(Self.decode(key, value) == .failure(.foreign))
        }
        let (key, value) = Self.encode(.checkpoint(Self.checkpoint))
        let base = 1 + 4 + Self.checkpoint.release.utf8.count
        for offset in [base, base + 8] {
            var wrong = value
            wrong[offset + 7] |= 0x80
            #expect(Self.decode(key, wrong) == .failure(.foreign))
        }
    }

    @Test("a tombstone stands for the record with exactly its key")
    func tombstones() {
        for record in Self.records {
            let key = Self.encode(record).key
            #expect(Self.key(key) == record.key)
            #expect(Self.key(key + [2]) == nil)
        }
    }

    private static func key(_ bytes: [UInt8]) -> StateRecord.Key? {
        withExactBytes(bytes) { StateRecord.Key($0) }
    }

    @Test("an unknown version is rejected, and a checkpoint record names the release that wrote it")
    func unknownVersion() {
        for record in Self.records {
            var (key, value) = Self.encode(record)
            #expect(value[0] == 1)
            let kind = Character(UnicodeScalar(key[0]))
            var release: String?
            if case .checkpoint(let checkpoint) = record { release = checkpoint.release }
            for version in [0, 2, .max] as [UInt8] {
                value[0] = version
                #expect(
                    Self.decode(key, value)
                        == .failure(.unknownVersion(version, kind: kind, release: release)))
            }
        }
        let (key, value) = Self.encode(.checkpoint(Self.checkpoint))
        let later = [9] + value[1...] + [1, 2, 3]
        #expect(
            Self.decode(key, later)
                == .failure(.unknownVersion(9, kind: "C", release: Self.checkpoint.release)))
        #expect(Self.decode(key, [9, 4, 0]) == .failure(.unknownVersion(9, kind: "C", release: nil)))
    }

    @Test("no bytes crash the reader, and only records that could be written are read")
    func randomBytes() {
        var random = SeededRandom(seed: 12)
        let kinds = Array("ACEFILMPR".utf8)
        var wrong = 0
        for round in 0..<20_000 {
            var (key, value) = Self.encode(random.pick(Self.records))
            if round % 2 == 0 {
                key = Self.bytes(13, &random)
                value = [random.pick([0, 1, 1, 1, 2])] + Self.bytes(80, &random)
                if let first = key.indices.first { key[first] = random.pick(kinds) }
            } else {
                for _ in 0..<1 + random.below(3) {
                    value[random.below(min(value.count, 60))] = UInt8(random.below(256))
                }
            }
            if case .success(let record?) = Self.decode(key, value) {
                // Such a record is read and deleted, never written.
                if case .former = record { continue }
                let again = Self.encode(record)
                if again.key != key || again.value != value { wrong += 1 }
            }
        }
        #expect(wrong == 0)
    }
}
