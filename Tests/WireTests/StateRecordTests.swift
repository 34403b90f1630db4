import Inventory
import TestSupport
import Testing
import Wire

@Suite struct StateRecordTests {
    static let chunk = SeenChunk(
        number: -3, words: (0..<SeenChunk.wordCount).map { UInt64($0) &* 0x9E37_79B9_7F4A_7C15 })
    static let barrier = Barrier(
        partition: Partition(3), base: Offset(7), offset: Offset(1_000_000_007), highestID: -4,
        cellCount: 77, seenChunkCount: 5, alertCount: 9, settings: "dedupe.window=5\nsigns=RECEIVED:1",
        release: "1.2.3-é")
    /// The second of two records of a name.
    static let later = Stamp(generation: 1 << 40, slot: 1)
    static let records: [StateRecord] =
        [
            .cells(bucket: 0, []),
            .cells(bucket: .max, [image(1)]),
            .cells(bucket: 5, (0..<Aggregate.cellsPerBucket).map { image(Int64($0) - 9) }),
            .seen(Partition(2), place: 4096, chunk),
            .seen(Partition(.max), place: 0, SeenChunk(number: .min, words: chunk.words.reversed())),
            .barrier(barrier),
            .barrier(
                Barrier(
                    partition: Partition(0), base: Offset(0), offset: Offset(0), highestID: nil, cellCount: 0,
                    settings: "", release: "")),
            .cells(bucket: 5, [image(3)], later),
            .cells(bucket: 6, [image(3)], Stamp(generation: 1 << 62, slot: 0)),
            .seen(Partition(2), place: 4096, chunk, later),
            .barrier(
                Barrier(
                    partition: Partition(3), base: Offset(7), offset: Offset(9), highestID: 4, cellCount: 3,
                    settings: "", release: "2", stamp: later, laneCount: 4, digest: .max)),
            .movements(MovementImages(number: -1, known: 0, images: []), later),
            .movementLog(
                MovementLogSummary(
                    partition: Partition(2), offset: Offset(5), count: 0,
                    truncated: RowVersion(position: 8, seconds: .max), stamp: later, digest: 1 << 63)),
            .position(Partition(1), Offset(.max)),
            .alert(
                Pair(product: ProductID(.min), warehouse: WarehouseID(-1)),
                LedgerEntry(
                    severity: .outOfStock, incident: .max, since: Timestamp(microseconds: .min),
                    fingerprint: .max)),
            .alert(Pair(product: ProductID(3), warehouse: WarehouseID(1)), LedgerEntry()),
            .stockFingerprint(Pair(product: ProductID(.max), warehouse: WarehouseID(.max)), 1),
            .rollupFingerprint(ProductID(-7), .max),
            .movements(MovementImages(number: -1, known: 0, images: [])),
            .movements(
                MovementImages(
                    number: 1 << 40, known: 1 << 63 | 1,
                    images: [
                        MovementImages.Image(
                            slot: 9, units: .min, time: Timestamp(microseconds: -1),
                            version: RowVersion(position: .max, seconds: 3)),
                        MovementImages.Image(
                            slot: nil, units: 0, time: Timestamp(microseconds: 0), version: .none),
                    ])),
            .movementLog(
                MovementLogSummary(partition: Partition(0), offset: Offset(5), count: .max, truncated: nil)),
            .movementLog(
                MovementLogSummary(
                    partition: Partition(2), offset: Offset(5), count: 0,
                    truncated: RowVersion(position: 8, seconds: .max))),
            .referenceRefused(.products, Partition(2), Offset(77)),
            .referenceRefused(.warehouses, Partition(2), Offset(77)),
        ] + intents

    static func image(_ number: Int64) -> CellImage {
        CellImage(
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

    @Test func `every record is read as it was written, from a reused encoder too`() throws {
        var encoder = StateEncoder()
        for record in Self.records {
            encoder.encode(record) { key, value in
                let read = Result { () throws(StateRecordError) in try StateRecord(key: key, value: value) }
                #expect(read == .success(record))
            }
        }
    }

    @Test func `random records are read as they were written`() {
        var random = SeededRandom(seed: 11)
        for _ in 0..<500 {
            let record = Self.random(&random)
            let (key, value) = Self.encode(record)
            #expect(Self.decode(key, value) == .success(record))
        }
    }

    @Test func `records of different things have different keys, and new values of one the same`() {
        let keys = Self.records.map { Self.encode($0).key }
        #expect(Set(keys).count == keys.count)
        let position = Self.encode(.position(Partition(1), Offset(5))).key
        #expect(keys.contains(position))
        #expect(position == [0x50, 1, 0, 0, 0], "keys are stored: they stay the same in every release")
    }

    @Test func `a deleted record is nothing`() {
        for record in Self.records {
            #expect(Self.decode(Self.encode(record).key, nil) == .success(nil))
        }
    }

    @Test func `a key that is no key of stockd's is foreign`() {
        #expect(Self.decode(nil, nil) == .failure(.foreign))
        #expect(Self.decode([], [1]) == .failure(.foreign))
        #expect(Self.decode([0x7B, 0x22], [1]) == .failure(.foreign))
        #expect(Self.decode([0x7B, 0x22], nil) == .failure(.foreign))
    }

    @Test func `anything cut short is refused`() {
        for record in Self.records {
            let (key, value) = Self.encode(record)
            // The key of the second record without its last byte is the key of the first.
            let least = key.count - (record.stamp?.slot == 1 ? 1 : 0)
            for length in 0..<least { #expect(Self.isRefused(Array(key.prefix(length)), value)) }
            // A bucket cut between two cells is a shorter bucket: the barrier's count tells.
            let step = if case .cells = record { 28 } else { Int.max }
            let header = value[0] < 3 ? 1 : 9
            for length in 0..<value.count
            where length < header || (length - header) % step != 0 || step == .max {
                #expect(Self.isRefused(key, Array(value.prefix(length))), "\(length) bytes of \(value.count)")
            }
        }
    }

    @Test func `anything too long is refused`() {
        for record in Self.records {
            let (key, value) = Self.encode(record)
            #expect(Self.isRefused(key + [0], value))
            #expect(Self.isRefused(key, value + [0]))
        }
        let full = Self.encode(Self.records[2])
        #expect(Self.decode(full.key, full.value + full.value[1...28]) == .failure(.foreign))
    }

    @Test func `values that no release writes are refused`() {
        var alert = Self.encode(.alert(Pair(packed: 1), LedgerEntry(severity: .low)))
        alert.value[1] = 5
        #expect(Self.decode(alert.key, alert.value) == .failure(.foreign))
        let release = Self.barrier.release.utf8.count
        var barrier = Self.encode(.barrier(Self.barrier))
        barrier.value[1 + 4 + release + 16] = 2
        #expect(Self.decode(barrier.key, barrier.value) == .failure(.foreign))
        barrier = Self.encode(.barrier(Self.barrier))
        barrier.value[1 + 4] = 0xFF
        #expect(Self.decode(barrier.key, barrier.value) == .failure(.foreign))
    }

    @Test func `partitions and offsets below zero, and a number without a next, are foreign`() {
        for record in Self.records {
            var (key, value) = Self.encode(record)
            switch record.name {
            case .seen, .barrier, .position, .movementLog, .intent: key[4] |= 0x80
            case .referenceRefused: key[5] |= 0x80
            default: continue
            }
            #expect(Self.decode(key, value) == .failure(.foreign))
            #expect(Self.key(key) == nil, "its tombstone says nothing")
            guard case .position = record else { continue }
            key[4] &= 0x7F
            value[8] |= 0x80
            #expect(Self.decode(key, value) == .failure(.foreign))
        }
        var (key, value) = Self.encode(Self.intents[0])
        key.replaceSubrange(5..<9, with: [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(Self.decode(key, value) == .failure(.foreign))
        (key, value) = Self.encode(.barrier(Self.barrier))
        let base = 1 + 4 + Self.barrier.release.utf8.count
        for offset in [base, base + 8] {
            var wrong = value
            wrong[offset + 7] |= 0x80
            #expect(Self.decode(key, wrong) == .failure(.foreign))
        }
    }

    @Test func `a tombstone is of the record with just its key`() {
        for record in Self.records {
            let key = Self.encode(record).key
            #expect(Self.key(key) == record.key)
            #expect(Self.key(key + [2]) == nil)
        }
    }

    private static func key(_ bytes: [UInt8]) -> StateRecord.Key? {
        withExactBytes(bytes) { StateRecord.Key($0) }
    }

    @Test func `an unknown version is refused, and a barrier names the release that wrote it`() {
        for record in Self.records {
            var (key, value) = Self.encode(record)
            value[0] = 5
            let kind = Character(UnicodeScalar(key[0]))
            var release: String?
            if case .barrier(let barrier) = record { release = barrier.release }
            #expect(Self.decode(key, value) == .failure(.unknownVersion(5, kind: kind, release: release)))
        }
        let (key, value) = Self.encode(.barrier(Self.barrier))
        let later = [9] + value[1...] + [1, 2, 3]
        #expect(
            Self.decode(key, later)
                == .failure(.unknownVersion(9, kind: "B", release: Self.barrier.release)))
        #expect(Self.decode(key, [9, 4, 0]) == .failure(.unknownVersion(9, kind: "B", release: nil)))
    }

    @Test func `a barrier of version 1 is read, and vouches for no chunks and alerts`() {
        let (key, value) = Self.encode(.barrier(Self.barrier))
        let first = [1] + value[1...].dropLast(8)
        var expected = Self.barrier
        expected.seenChunkCount = 0
        expected.alertCount = 0
        #expect(Self.decode(key, Array(first)) == .success(.barrier(expected)))
        #expect(value[0] == 2)
        let (positionKey, position) = Self.encode(.position(Partition(1), Offset(5)))
        #expect(position[0] == 1, "the other kinds stay as they were")
        #expect(
            Self.decode(positionKey, [2] + position[1...])
                == .failure(.unknownVersion(2, kind: "P", release: nil)))
    }

    @Test func `a generation is at least 1, and a key that is none of two is foreign`() {
        let (key, value) = Self.encode(.cells(bucket: 5, [Self.image(3)], Self.later))
        #expect(key == [0x43, 5, 0, 0, 0, 1], "keys are stored: they stay the same in every release")
        #expect(Self.decode(Array(key.dropLast()) + [2], value) == .failure(.foreign))
        for byte in [0, 0xFF] as [UInt8] {
            var other = value
            other.replaceSubrange(1..<9, with: Array(repeating: byte, count: 8))
            #expect(Self.decode(key, other) == .failure(.foreign))
        }
        let old = Self.encode(.cells(bucket: 5, [Self.image(3)]))
        #expect(old.value[0] == 1)
        #expect(Self.decode(key, old.value) == .failure(.foreign), "the first layout had one record a name")
    }

    @Test func `no bytes crash the reader, and only what could have been written is read`() {
        var random = SeededRandom(seed: 12)
        let kinds: [UInt8] = [0x41, 0x42, 0x43, 0x50, 0x52, 0x53, 0x4C, 0x46, 0x4D, 0x4E]
        var wrong = 0
        for round in 0..<20_000 {
            var (key, value) = Self.encode(random.pick(Self.records))
            if round % 2 == 0 {
                key = Self.bytes(13, &random)
                value = [random.pick([0, 1, 1, 2, 3, 3])] + Self.bytes(80, &random)
                if let first = key.indices.first { key[first] = random.pick(kinds) }
            } else {
                for _ in 0..<1 + random.below(3) {
                    value[random.below(min(value.count, 60))] = UInt8(random.below(256))
                }
            }
            if case .success(let record?) = Self.decode(key, value) {
                let again = Self.encode(record)
                // A barrier of version 1 is written anew in version 2.
                let isOlder =
                    value[0] < again.value[0] && again.value.dropFirst().starts(with: value.dropFirst())
                if again.key != key || (again.value != value && !isOlder) { wrong += 1 }
            }
        }
        #expect(wrong == 0)
    }
}
