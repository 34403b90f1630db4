import Foundation
import Inventory
import TestSupport
import Testing

@testable import Wire

/// What is written of ids that are texts, and state that another process reads.
@Suite struct TextIDOutputTests {
    /// Gives the texts numbers in this order.
    static func ids(_ kinds: (product: IDKind, warehouse: IDKind) = (.text, .text), _ texts: [String] = []) -> IDs {
        let ids = IDs(product: kinds.product, warehouse: kinds.warehouse)
        for text in texts { _ = intern(text, ids) }
        return ids
    }

    static func intern(_ text: String, _ ids: IDs) -> Int32 {
        Array(text.utf8).withUnsafeBytes { ids.names?.intern($0) } ?? 0
    }

    private static func pair(_ product: String, _ warehouse: String, _ ids: IDs) -> Pair {
        Pair(product: ProductID(intern(product, ids)), warehouse: WarehouseID(intern(warehouse, ids)))
    }

    private static func row(_ pair: Pair) -> StockRow {
        var row = AlertEncoderTests.row()
        row.product.id = pair.product
        row.warehouse.id = pair.warehouse
        return row
    }

    // MARK: Messages and rows

    @Test("A message's key and value have the texts as JSON strings.")
    func messages() throws {
        let ids = Self.ids()
        let pair = Self.pair("SKU \"1\"", "us\\east", ids)
        #expect(
            written { AlertEncoder.key(pair, ids, into: &$0) }
                == #"{"product_id":"SKU \"1\"","warehouse_id":"us\\east"}"#)
        #expect(written { AlertEncoder.key(pair.product, ids, into: &$0) } == #"{"product_id":"SKU \"1\""}"#)
        for text in IDTexts.awkward {
            let pair = Self.pair(text, "w" + text.suffix(60), ids)
            let change = AlertChange(
                kind: .raised, pair: pair, row: Self.row(pair), level: .critical, previousLevel: nil,
                previousOversoldUnits: nil, since: Timestamp(microseconds: 0), incident: 1, source: nil)
            var gone = change
            (gone.kind, gone.row) = (.resolved, nil)
            for json in [
                written { AlertEncoder.key(pair, ids, into: &$0) },
                written { AlertEncoder.change(change, ids, into: &$0) },
                written { AlertEncoder.change(gone, ids, into: &$0) },
                written { AlertEncoder.upsert(Self.row(pair), ids, into: &$0) },
                written { AlertEncoder.stock(Self.row(pair), ids, into: &$0) },
            ] {
                let read = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
                #expect((read?["product_id"] as? String).map { Array($0.utf8) } == Array(text.utf8), "\(json)")
                let warehouse = (read?["warehouse_id"] as? String).map { Array($0.utf8) }
                #expect(warehouse == Array(("w" + text.suffix(60)).utf8), "\(json)")
            }
        }
    }

    @Test("An id that is an integer stays a number beside one that is a text.")
    func mixedKinds() {
        let ids = IDs(product: .text)
        let pair = Pair(product: ProductID(Self.intern("SKU", ids)), warehouse: WarehouseID(-7))
        #expect(written { AlertEncoder.key(pair, ids, into: &$0) } == #"{"product_id":"SKU","warehouse_id":-7}"#)
        let other = IDs(warehouse: .text)
        let mirrored = Pair(product: ProductID(-7), warehouse: WarehouseID(Self.intern("us", other)))
        #expect(written { AlertEncoder.key(mirrored, other, into: &$0) } == #"{"product_id":-7,"warehouse_id":"us"}"#)
    }

    @Test("A CSV row quotes a text where it must.")
    func csvRows() {
        let ids = Self.ids()
        for (text, field) in [
            ("SKU-1", "SKU-1"), (" SKU ", " SKU "), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\nb", "\"a\nb\""),
        ] {
            let row = Self.row(Self.pair(text, "us-east", ids))
            #expect(
                written { ViewRows.stock(row, as: .csv, ids, into: &$0) }
                    == "\(field),USB-C Cable,Accessories,us-east,Central Warehouse,5,200,2026-03-30T12:00:00Z")
        }
    }

    // MARK: State

    private typealias Bytes = (key: [UInt8], value: [UInt8])

    private static func encode(_ record: StateRecord, _ ids: IDs) -> Bytes {
        var encoder = StateEncoder(ids)
        var result: Bytes = ([], [])
        encoder.encode(record) { key, value in result = (Array(key), Array(value)) }
        return result
    }

    private static func decode(_ bytes: Bytes, _ ids: IDs) throws(StateRecordError) -> StateRecord? {
        try withExactBytes(bytes.key) { (key) throws(StateRecordError) in
            try withExactBytes(bytes.value) { (value) throws(StateRecordError) in
                try StateRecord(key: key, value: value, ids)
            }
        }
    }

    static let kinds: [(product: IDKind, warehouse: IDKind)] = [
        (.integer, .integer), (.text, .integer), (.integer, .text), (.text, .text),
    ]

    /// A record that names pairs.
    private static func record(_ ids: IDs, _ random: inout SeededRandom) -> StateRecord {
        func number(_ kind: IDKind) -> Int32 {
            if kind == .integer { return Int32(truncatingIfNeeded: random.int64()) }
            return intern(random.pick(IDTexts.awkward), ids)
        }
        let product = ProductID(number(ids.product))
        let pair = Pair(product: product, warehouse: WarehouseID(number(ids.warehouse)))
        switch random.below(4) {
        case 0:
            let entries = (0..<random.below(5)).map { _ in
                StoredEntry(
                    pair: Pair(product: ProductID(number(ids.product)), warehouse: WarehouseID(number(ids.warehouse))),
                    stock: random.int64(), lastUpdated: Timestamp(microseconds: random.int64()), events: 7)
            }
            return .entries(bucket: 3, entries)
        case 1: return .alert(pair, PublishedAlert(level: .low, incident: 5))
        case 2: return .stockFingerprint(pair, 8)
        default: return .rollupFingerprint(product, 9)
        }
    }

    private static func ids(of record: StateRecord, _ ids: IDs) -> [[UInt8]] {
        func bytes(_ id: ProductID) -> [UInt8] { ids.text(id).map(Array.init) ?? Array("\(id.rawValue)".utf8) }
        func bytes(_ id: WarehouseID) -> [UInt8] { ids.text(id).map(Array.init) ?? Array("\(id.rawValue)".utf8) }
        return switch record {
        case .entries(_, let entries): entries.flatMap { [bytes($0.pair.product), bytes($0.pair.warehouse)] }
        case .alert(let pair, _), .stockFingerprint(let pair, _): [bytes(pair.product), bytes(pair.warehouse)]
        case .rollupFingerprint(let product, _): [bytes(product)]
        default: []
        }
    }

    @Test("State is read by a process that numbers the texts differently.", arguments: 0..<4)
    func otherNumbers(kinds: Int) throws {
        let one = Self.ids(Self.kinds[kinds], IDTexts.awkward)
        let other = Self.ids(Self.kinds[kinds], IDTexts.awkward.suffix(20).reversed())
        var random = SeededRandom(seed: UInt64(kinds))
        for _ in 0..<400 {
            let record = Self.record(one, &random)
            let bytes = Self.encode(record, one)
            #expect(try Self.decode(bytes, one) == record)
            let read = try #require(try Self.decode(bytes, other))
            #expect(Self.ids(of: read, other) == Self.ids(of: record, one))
            #expect(Self.encode(read, other) == bytes)
            let key = withExactBytes(bytes.key) { StateRecord.Key($0, other) }
            #expect(key == read.key)
        }
    }

    @Test("State whose ids are of the other kind is a former row, with its ids and what was published.")
    func formerRows() throws {
        var random = SeededRandom(seed: 21)
        for (before, now) in Self.kinds.flatMap({ one in Self.kinds.map { (one, $0) } }) where before != now {
            let (old, new) = (Self.ids(before), Self.ids(now))
            for _ in 0..<60 {
                let record = Self.record(old, &random)
                let bytes = Self.encode(record, old)
                let read = try #require(try Self.decode(bytes, new))
                if case .rollupFingerprint = record, before.product == now.product {
                    #expect(Self.ids(of: read, new) == Self.ids(of: record, old))
                    continue
                }
                guard case .former(let key, let row) = read else {
                    Issue.record("\(record) is \(read)")
                    continue
                }
                // The key alone is enough to delete the record.
                var encoder = StateEncoder(new)
                encoder.encodeKey(key) { #expect(Array($0) == bytes.key) }
                func stored(_ isText: Bool, _ number: Int32) -> StoredID {
                    isText ? .text(old.names.map { Array($0.text(number)) } ?? []) : .integer(number)
                }
                func expected(_ pair: Pair, _ published: FormerRow.Published) -> FormerRow {
                    FormerRow(
                        product: stored(before.product == .text, pair.product.rawValue),
                        warehouse: stored(before.warehouse == .text, pair.warehouse.rawValue), published: published)
                }
                switch record {
                case .entries: #expect(row == nil)
                case .alert(let pair, let alert): #expect(row == expected(pair, .alert(alert)))
                case .stockFingerprint(let pair, let print): #expect(row == expected(pair, .row(print)))
                case .rollupFingerprint(let product, let print):
                    var wanted = expected(Pair(product: product, warehouse: WarehouseID(0)), .row(print))
                    wanted.warehouse = nil
                    #expect(row == wanted)
                default: Issue.record("\(record)")
                }
            }
            #expect(new.names?.count ?? 0 == 0 || before.product == now.product, "a former text is no name")
        }
    }

    @Test("A former alert is resolved under its old key, and a former row of a table is deleted.")
    func formerMessages() {
        var encoder = MessageEncoder(Self.ids())
        func message(_ row: FormerRow, _ format: AlertFormat) -> [String?] {
            var message: [String?] = []
            encoder.former(row, as: format) { key, value in
                message = [String(decoding: key, as: UTF8.self), value.map { String(decoding: $0, as: UTF8.self) }]
            }
            return message
        }
        let alert = PublishedAlert(
            level: .oversold, oversoldUnits: 5, incident: 4, since: Timestamp(microseconds: 1_774_870_200_250_000))
        let row = FormerRow(product: .integer(2), warehouse: .text(Array("us \"1\"".utf8)), published: .alert(alert))
        let key = #"{"product_id":2,"warehouse_id":"us \"1\""}"#
        #expect(
            message(row, .changes) == [
                key,
                #"{"change":"RESOLVED","product_id":2,"product_name":null,"category":null,"#
                    + #""warehouse_id":"us \"1\"","warehouse_name":null,"current_stock":null,"#
                    + #""reorder_threshold":null,"last_updated":null,"units_below_threshold":null,"#
                    + #""alert_severity":null,"#
                    + #""previous_severity":"CRITICAL","previous_oversold_units":5,"oversold_units":null,"#
                    + #""since":"2026-03-30T11:30:00.25Z","incident":4,"source":null}"#,
            ])
        #expect(message(row, .upsert) == [key, nil])
        let table = FormerRow(product: .text(Array("SKU".utf8)), warehouse: nil, published: .row(7))
        #expect(message(table, .changes) == [#"{"product_id":"SKU"}"#, nil])
    }

    @Test("No bytes crash the reader of state with texts, and only records that could be written are read.")
    func damagedState() {
        var random = SeededRandom(seed: 31)
        var wrong = 0
        for _ in 0..<8000 {
            let (before, now) = (random.pick(Self.kinds), random.pick(Self.kinds))
            let old = Self.ids(before)
            var (key, value) = Self.encode(Self.record(old, &random), old)
            for _ in 0..<random.below(4) {
                switch random.below(4) {
                case 0: key[random.below(key.count)] = UInt8(random.below(256))
                case 1: value[random.below(value.count)] = UInt8(random.below(256))
                case 2: key.removeLast(min(key.count - 1, random.below(3)))
                default: value.removeLast(min(value.count - 1, random.below(9)))
                }
            }
            let new = Self.ids(now)
            _ = withExactBytes(key) { StateRecord.Key($0, new) }
            guard let record = try? Self.decode((key, value), new) else { continue }
            if case .former = record { continue }
            if Self.encode(record, new) != (key, value) { wrong += 1 }
        }
        #expect(wrong == 0)
    }

    @Test("The JSON of a state record shows texts, and event ids that are texts by their hash.")
    func stateJSON() {
        let ids = Self.ids()
        let pair = Self.pair("SKU \"1\"", "us-east", ids)
        func line(_ record: StateRecord) -> String {
            written { record.writeJSON(at: StateRecord.Location(Partition(2), Offset(41)), ids, into: &$0) }
        }
        let start = #"{"state_partition":2,"offset":41,"record":"#
        #expect(
            line(.stockFingerprint(pair, 255))
                == start + #""published_stock","product_id":"SKU \"1\"","warehouse_id":"us-east","fingerprint":"ff"}"#
                + "\n")
        let entry = StoredEntry(pair: pair, stock: -5, lastUpdated: Timestamp(microseconds: 0), events: 7)
        #expect(
            line(.entries(bucket: 9, [entry]))
                == start
                + #""stock_entries","bucket":9,"entries":[{"product_id":"SKU \"1\"","warehouse_id":"us-east","#
                + #""stock":-5,"last_updated":"1970-01-01T00:00:00Z","events":7}]}"# + "\n")
        let bucket = IDBucket(set: 2, bucket: 4, ids: [7], texts: [EventID(rawValue: 255, high: 1 << 63)])
        #expect(
            line(.ids(Partition(1), bucket)).hasSuffix(#""ids":["800000000000000000000000000000ff",7]}"# + "\n"))
        let former = FormerRow(product: .integer(3), warehouse: .text(Array("a\"".utf8)), published: .row(7))
        #expect(
            line(.former(.former([0x4C]), former))
                == start + #""former_ids","product_id":3,"warehouse_id":"a\""}"# + "\n")
    }
}
