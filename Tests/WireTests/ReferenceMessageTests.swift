import Inventory
import Testing
import Wire

@Suite struct ReferenceMessageTests {
    let value = #"{"warehouse_id":3,"warehouse_name":"Central","region":"US"}"#
    let warehouse = ReferenceMessage.change(
        .upsert(WarehouseID(3), WarehousePatch(name: "Central", region: "US"), .none))

    func read(key: String?, _ value: String) throws(BadEvent) -> ReferenceMessage<WarehousePatch> {
        try withExactBytes(Array(value.utf8)) { value throws(BadEvent) in
            guard let key else { return try ReferenceDecoder().warehouse(key: nil, value: value) }
            return try withExactBytes(Array(key.utf8)) { key throws(BadEvent) in
                try ReferenceDecoder().warehouse(key: key, value: value)
            }
        }
    }

    func mistake(key: String?, _ value: String) -> String? {
        do throws(BadEvent) {
            _ = try read(key: key, value)
            return nil
        } catch {
            return error.message
        }
    }

    @Test("a reference row's id may stand in the key, in the value or in both")
    func idPlaces() throws {
        let without = value.replacing(#""warehouse_id":3,"#, with: "")
        #expect(try read(key: nil, value) == warehouse)
        for key in ["3", "\"3\"", #"{"warehouse_id":3}"#, #" {"x":1,"warehouse\u005fid":3.0} "#, "3.0"] {
            #expect(try read(key: key, value) == warehouse, "\(key)")
            #expect(try read(key: key, without) == warehouse, "\(key)")
        }
        #expect(mistake(key: nil, without)?.hasPrefix("warehouse_id: found no such field") == true)
    }

    @Test("a key and a value that disagree are a mistake")
    func disagreement() {
        #expect(mistake(key: "4", value) == "warehouse_id is 3 in the value and 4 in the key")
    }

    @Test(
        "a key that names no id is a mistake",
        arguments: ["", "x", "{}", "{", "2147483648", "null", "\"", "[3]", #"{"warehouse_id":"3"}"#, "3 3"])
    func badKeys(key: String) {
        #expect(mistake(key: key, value) != nil)
    }

    @Test(
        "a value that is no row is a mistake",
        arguments: ["", "5", "[]", "null", "{", "{}x", "{}", "{\"x\":3}", "\u{FEFF}{}"])
    func badValues(value: String) {
        #expect(mistake(key: "3", value) != nil)
    }

    @Test("A row without labels is a row, and one that names nothing of the table is none.")
    func labels() throws {
        let bare = ReferenceMessage.change(.upsert(WarehouseID(3), WarehousePatch(name: "", region: ""), .none))
        #expect(try read(key: "3", #"{"warehouse_id":3}"#) == bare)
        #expect(try read(key: nil, #"{"warehouse_id":3,"warehouse_name":null,"region":""}"#) == bare)
        #expect(
            mistake(key: "3", "{}")?.hasPrefix("found a row with none of the fields, expected warehouse_id") == true)
    }

    @Test("the key of a deletion names the deleted row")
    func deletions() throws {
        func product(
            _ key: String
        ) throws(BadEvent) -> ReferenceMessage<ProductPatch> {
            try withExactBytes(Array(key.utf8)) { key throws(BadEvent) in
                try ReferenceDecoder().product(key: key, value: nil)
            }
        }
        #expect(try product("7") == .change(.delete(ProductID(7), .tombstone)))
        #expect(try product(#"{"product_id":-7}"#) == .change(.delete(ProductID(-7), .tombstone)))
        #expect(throws: BadEvent.self) { try product(#"{"warehouse_id":7}"#) }
    }

    @Test("a product keeps its null threshold and exact price")
    func products() throws {
        let value =
            #"{"product_id":1,"product_name":"a","category":"b","reorder_threshold":null,"#
            + #""unit_price":"12.50"}"#
        let message = try withExactBytes(Array(value.utf8)) { value throws(BadEvent) in
            try ReferenceDecoder().product(key: nil, value: value)
        }
        guard case .change(.upsert(_, let product, _)) = message else {
            Issue.record("\(message)")
            return
        }
        #expect(product.reorderThreshold == nil)
        #expect(product.unitPrice?.description == "12.50")
    }
}
