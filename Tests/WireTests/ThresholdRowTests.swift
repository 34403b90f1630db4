import Inventory
import Testing

@testable import Wire

@Suite("Rows of the thresholds table")
struct ThresholdRowTests {
    private static let header = "product_id,warehouse_id,reorder_threshold\n"
    private static let version = RowVersion(logPosition: 24_023_128, seconds: 1_774_873_800, [])

    private static func row(_ product: Int32, _ warehouse: Int32, _ threshold: Int32?) -> PairThreshold {
        PairThreshold(id: pair(product, warehouse), reorderThreshold: threshold)
    }

    private static func pair(_ product: Int32, _ warehouse: Int32) -> Pair {
        Pair(product: ProductID(product), warehouse: WarehouseID(warehouse))
    }

    private func read(_ text: String, _ ids: IDs = .integers) throws(ReferenceMistakes) -> [PairThreshold] {
        try ReferenceRows.thresholds(file: Array(text.utf8), path: "thresholds.csv", ids).rows
    }

    private func mistakes(_ text: String) -> [String] {
        do throws(ReferenceMistakes) {
            _ = try read(text)
            return []
        } catch {
            return error.mistakes.map(\.description)
        }
    }

    private func message(
        key: String?, _ value: String?, _ format: SourceFormat = SourceFormat(), _ ids: IDs = .integers
    ) throws(BadEvent) -> ReferenceMessage<ThresholdPatch> {
        let decoder = ReferenceDecoder(format: format, ids: ids)
        return try withKey(key) { (key) throws(BadEvent) in
            try withKey(value) { (value) throws(BadEvent) in try decoder.threshold(key: key, value: value) }
        }
    }

    @Test("a CSV or JSON file holds them, null in its own way")
    func files() throws {
        let rows = [Self.row(1, 1, 20), Self.row(1, 2, nil), Self.row(2, 1, -3)]
        #expect(try read(Self.header + "1,1,20\n1,2,\n2,1,-3\n") == rows)
        let json = """
            [{"product_id":1,"warehouse_id":1,"reorder_threshold":20},
             {"product_id":1,"warehouse_id":2,"reorder_threshold":null},
             {"warehouse_id":1,"reorder_threshold":-3,"product_id":2}]
            """
        #expect(try read(json) == rows)
    }

    @Test("every mistake in a file is named, a pair that comes twice with both ids")
    func fileMistakes() {
        #expect(
            mistakes(Self.header + "1,1,20\n1,2,20\n2,1,many\n1,2,30\n3,,5\n") == [
                "line 4, reorder_threshold: found \"many\", expected an integer from -2147483648 to 2147483647, or an "
                    + "empty field for no alerts",
                "line 5, product_id, warehouse_id: found 1, 2 again, expected each id once (line 3 has it)",
                "line 6, warehouse_id: found an empty field, expected an integer from -2147483648 to 2147483647",
            ])
        #expect(mistakes("product_id,reorder_threshold\n1,5\n").first?.contains("no column warehouse_id") == true)
    }

    @Test("the ids stand in the key, in the value or in both, which must agree")
    func plainMessages() throws {
        let whole = #"{"product_id":3,"warehouse_id":1,"reorder_threshold":7}"#
        let key = #"{"product_id":3,"warehouse_id":1}"#
        let change = ReferenceMessage.change(.upsert(Self.pair(3, 1), ThresholdPatch(reorderThreshold: 7), .none))
        for (key, value) in [
            (nil, whole), (key, whole), (key, #"{"reorder_threshold":7}"#),
            (#"{"schema":{"type":"struct"},"payload":\#(key)}"#, whole),
        ] {
            #expect(try message(key: key, value) == change, "\(key ?? "no key") \(value)")
        }
        #expect(try message(key: key, nil) == .change(.delete(Self.pair(3, 1), .tombstone)))
        for (key, found) in [
            (#"{"product_id":3,"warehouse_id":2}"#, "warehouse_id is 1 in the value and 2 in the key"),
            (
                "3",
                "product_id, warehouse_id: found the key \"3\", expected a key such as "
                    + #"{"product_id":3,"warehouse_id":3}"#
            ),
        ] {
            let error = #expect(throws: BadEvent.self) { try message(key: key, whole) }
            #expect(error?.message == found)
        }
        #expect(throws: BadEvent.self) { try message(key: #"{"product_id":3}"#, nil) }
        #expect(throws: BadEvent.self) { try message(key: key, #"{"product_id":3,"warehouse_id":1}"#) }
    }

    @Test("Debezium's changes of a table with a key of two columns; another key is refused")
    func captured() throws {
        let source = #""source":{"lsn":24023128,"ts_ms":1774873800000}"#
        let row = #"{"product_id":3,"warehouse_id":1,"reorder_threshold":null}"#
        let key = #"{"product_id":3,"warehouse_id":1}"#
        #expect(
            try message(key: key, #"{"before":null,"after":\#(row),\#(source),"op":"c"}"#)
                == .change(.upsert(Self.pair(3, 1), ThresholdPatch(reorderThreshold: nil), Self.version)))
        let deleted = RowVersion(logPosition: 24_023_128, seconds: 1_774_873_800, .delete)
        let delete = #"{"before":\#(row),"after":null,\#(source),"op":"d"}"#
        for key in [key, nil] {
            #expect(try message(key: key, delete) == .change(.delete(Self.pair(3, 1), deleted)))
        }
        // An update may move the row to another pair, and nothing would say that the old one is gone.
        for value in [delete, #"{"before":null,"after":\#(row),\#(source),"op":"u"}"#] {
            let error = #expect(throws: BadEvent.self) { try message(key: #"{"id":99}"#, value) }
            #expect(error?.reason == .missingKey)
        }
    }

    @Test("ids that are texts, each kind for itself")
    func texts() throws {
        let ids = IDs(event: .integer, product: .text, warehouse: .integer)
        let rows = try read(Self.header + "SKU-1,1,20\nsku-1,1,30\n", ids)
        #expect(rows.map { ids.string($0.id.product) } == ["SKU-1", "sku-1"])
        #expect(rows.map(\.id.warehouse.rawValue) == [1, 1])
        let change = try message(key: #"{"product_id":"SKU-1","warehouse_id":1}"#, nil, SourceFormat(), ids)
        #expect(change == .change(.delete(rows[0].id, .tombstone)))
        #expect(ids.string(rows[0].id) == "product SKU-1 in warehouse 1")
    }
}
