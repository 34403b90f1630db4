import Inventory
import Testing
import Wire

@Suite struct ReferenceMessageTests {
    let value = #"{"warehouse_id":3,"warehouse_name":"Central","region":"US"}"#
    let warehouse = Warehouse(id: WarehouseID(3), name: "Central", region: "US")

    func read(key: String?, _ value: String) throws(ReferenceMistakes) -> Warehouse {
        try withExactBytes(Array(value.utf8)) { value throws(ReferenceMistakes) in
            guard let key else { return try ReferenceRows.warehouse(key: nil, value: value) }
            return try withExactBytes(Array(key.utf8)) { key throws(ReferenceMistakes) in
                try ReferenceRows.warehouse(key: key, value: value)
            }
        }
    }

    func mistake(key: String?, _ value: String) -> String? {
        do throws(ReferenceMistakes) {
            _ = try read(key: key, value)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `the id may stand in the key, in the value, or in both`() throws {
        let without = value.replacing(#""warehouse_id":3,"#, with: "")
        #expect(try read(key: nil, value) == warehouse)
        for key in ["3", "\"3\"", #"{"warehouse_id":3}"#, #" {"x":1,"warehouse\u005fid":3.0} "#, "3.0"] {
            #expect(try read(key: key, value) == warehouse, "\(key)")
            #expect(try read(key: key, without) == warehouse, "\(key)")
        }
        #expect(mistake(key: nil, without)?.hasPrefix("warehouse_id: found no such field") == true)
    }

    @Test func `a key and a value that disagree are a mistake`() {
        #expect(mistake(key: "4", value) == "warehouse_id: found 3 in the value, expected 4, as the key says")
    }

    @Test(arguments: ["", "x", "{}", "{", "2147483648", "null", "\"", "[3]", #"{"warehouse_id":"3"}"#, "3 3"])
    func `a key that names no id is a mistake`(key: String) {
        #expect(mistake(key: key, value) != nil)
    }

    @Test(arguments: ["", "5", "[]", "null", "{", "{}x", "{\"warehouse_id\":3}", "\u{FEFF}{}"])
    func `a value that is no row is a mistake`(value: String) {
        #expect(mistake(key: "3", value) != nil)
    }

    @Test func `the key of a deletion names what is deleted`() throws {
        func product(_ key: String) throws(ReferenceMistakes) -> ProductID {
            try withExactBytes(Array(key.utf8)) { key throws(ReferenceMistakes) in
                try ReferenceRows.productID(key: key)
            }
        }
        #expect(try product("7") == ProductID(7))
        #expect(try product(#"{"product_id":-7}"#) == ProductID(-7))
        #expect(throws: ReferenceMistakes.self) { try product(#"{"warehouse_id":7}"#) }
    }

    @Test func `a product keeps its null threshold and exact price`() throws {
        let value =
            #"{"product_id":1,"product_name":"a","category":"b","reorder_threshold":null,"#
            + #""unit_price":"12.50"}"#
        let product = try withExactBytes(Array(value.utf8)) { value throws(ReferenceMistakes) in
            try ReferenceRows.product(key: nil, value: value)
        }
        #expect(product.reorderThreshold == nil)
        #expect(product.unitPrice?.description == "12.50")
    }
}
