import Inventory
import Testing

@testable import Wire

private typealias Debezium = DebeziumText

@Suite struct ReferenceDecoderTests {
    typealias Message = ReferenceMessage<ProductPatch>

    private func product(
        key: String? = nil, _ value: String?, _ format: SourceFormat = SourceFormat()
    ) throws(BadEvent) -> Message {
        let decoder = ReferenceDecoder(format: format)
        return try withKey(key) { (key) throws(BadEvent) in
            try withKey(value) { (value) throws(BadEvent) in try decoder.product(key: key, value: value) }
        }
    }

    private func warehouse(
        key: String? = nil, _ value: String?
    ) throws(BadEvent) -> ReferenceMessage<WarehousePatch> {
        try withKey(key) { (key) throws(BadEvent) in
            try withKey(value) { (value) throws(BadEvent) in
                try ReferenceDecoder().warehouse(key: key, value: value)
            }
        }
    }

    private func reason(
        key: String? = nil, _ value: String?, _ format: SourceFormat = SourceFormat()
    ) -> BadEvent.Reason? {
        do throws(BadEvent) {
            _ = try product(key: key, value, format)
            return nil
        } catch {
            return error.reason
        }
    }

    static func row(
        id: String = "7", name: String = "\"Laptop Stand\"", category: String = "\"Accessories\"",
        threshold: String = "30", price: String = "\"79.99\""
    ) -> String {
        #"{"product_id":\#(id),"product_name":\#(name),"category":\#(category),"#
            + #""reorder_threshold":\#(threshold),"unit_price":\#(price)}"#
    }

    private func patch(
        name: Text? = "Laptop Stand", threshold: Int32? = 30, price: String? = "79.99"
    ) -> ProductPatch {
        ProductPatch(
            name: name, category: "Accessories", reorderThreshold: threshold,
            unitPrice: price.flatMap { ExactDecimal(Array($0.utf8)) })
    }

    let version = RowVersion(logPosition: 24_023_128, seconds: 1_774_873_800, [])
    let delete = RowVersion(logPosition: 24_023_128, seconds: 1_774_873_800, .delete)

    @Test("a plain row is an upsert, and a key without a value is a delete")
    func plainRows() throws {
        for key in [nil, "7", "\"7\"", #"{"product_id":7}"#, Debezium.keyWithSchema("product_id", "7")] {
            let message = try product(key: key, Self.row())
            #expect(message == .change(.upsert(ProductID(7), patch(), .none)))
        }
        for key in [
            "7", "\"7\"", #"{"product_id":7}"#, Debezium.keyWithSchema("product_id", "7"),
            #"{"schema":{"type":"int32"},"payload":7}"#,
        ] {
            #expect(try product(key: key, nil) == .change(.delete(ProductID(7), .tombstone)), "\(key)")
        }
        #expect(try product(nil) == .skipped(.tombstone))
        #expect(reason(key: "x", nil) == .missingKey)
        #expect(reason(key: "8", Self.row()) == .invalidRow)
        #expect(reason(key: "7", Self.row(id: "null")) == .invalidRow)
        #expect(reason(key: "7", "{") == .invalidJSON)
    }

    @Test("a reference table's envelopes are upserts, deletes and truncates")
    func envelopes() throws {
        let key = Debezium.key("product_id", "7")
        for wrap in EnvelopeTests.wrappings {
            for operation in ["c", "u"] {
                let text = wrap(Debezium.envelope(operation, after: Self.row()))
                #expect(try product(key: key, text) == .change(.upsert(ProductID(7), patch(), version)))
            }
            let text = wrap(Debezium.envelope("d", before: Self.row()))
            #expect(try product(key: key, text) == .change(.delete(ProductID(7), delete)))
            #expect(try product(text) == .change(.delete(ProductID(7), delete)))
            #expect(
                try product(key: key, wrap(Debezium.envelope("d"))) == .change(.delete(ProductID(7), delete)))
            #expect(try product(wrap(Debezium.envelope("t"))) == .change(.truncate(version)))
        }
        #expect(reason(Debezium.envelope("d")) == .missingKey)
        #expect(reason(Debezium.envelope("u")) == .missingRow)
        #expect(reason(Debezium.envelope("q", after: Self.row())) == .unknownOperation)
        #expect(try product(#"{"ts_ms":1}"#) == .skipped(.heartbeat))
    }

    @Test("an unwrapped row carries its version, and a rewritten delete its mark")
    func unwrappedRows() throws {
        let row = Self.row().dropLast() + #","__op":"u","__lsn":24023128,"__source_ts_ms":1774873800500}"#
        #expect(try product(String(row)) == .change(.upsert(ProductID(7), patch(), version)))
        let gone = Self.row().dropLast() + #","__deleted":"true"}"#
        let none = RowVersion(logPosition: 0, seconds: 0, .delete)
        #expect(try product(String(gone)) == .change(.delete(ProductID(7), none)))
    }

    @Test("a column that was not logged keeps its value")
    func unloggedColumn() throws {
        let text = Debezium.envelope(
            "u", after: Self.row(name: "\"__debezium_unavailable_value\"", threshold: "5"))
        let message = try product(text)
        let kept = patch(name: nil, threshold: 5)
        #expect(message == .change(.upsert(ProductID(7), kept, version)))
        let old = Product(id: ProductID(7), name: "Old", category: "x", reorderThreshold: nil)
        #expect(kept.row(ProductID(7), after: old)?.name == "Old")
        #expect(kept.row(ProductID(7), after: old)?.category == "Accessories")
        #expect(kept.row(ProductID(7), after: nil) == nil)
        // An unwrapped row may look like a plain row, so only the json format reads the marker as text.
        let plain = Self.row(name: "\"__debezium_unavailable_value\"")
        #expect(try product(plain) == .change(.upsert(ProductID(7), patch(name: nil), .none)))
        #expect(
            try product(plain, SourceFormat(.json))
                == .change(.upsert(ProductID(7), patch(name: "__debezium_unavailable_value"), .none)))
    }

    @Test("a price is exact in every encoding")
    func prices() throws {
        var format = SourceFormat()
        func price(_ value: String, schema: String? = nil) throws(BadEvent) -> String? {
            var text = Debezium.envelope("c", after: Self.row(price: value))
            if let schema { text = Debezium.withSchema(text, schema) }
            guard case .change(.upsert(_, let patch, _)) = try product(text, format) else { return nil }
            return patch.unitPrice?.description
        }
        #expect(try price("\"79.90\"") == "79.90")
        #expect(try price("79.90") == "79.90")
        #expect(try price("null") == nil)
        #expect(try price(#"{"scale":2,"value":"B88="}"#) == "19.99")
        #expect(try price("\"B88=\"", schema: Debezium.decimal("unit_price", scale: 2)) == "19.99")
        #expect(try price("\"/wY=\"", schema: Debezium.decimal("unit_price", scale: 2)) == "-2.50")
        // Four digits that are also base64: three bytes of a negative number.
        #expect(try price("\"1234\"", schema: Debezium.decimal("unit_price", scale: 2)) == "-26588.24")
        #expect(reason(Debezium.envelope("c", after: Self.row(price: "\"B88=\""))) == .unknownScale)
        format.encodings["unit_price"] = .base64(scale: 2)
        #expect(try price("\"B88=\"") == "19.99")
        #expect(try price("\"1234\"") == "-26588.24")
    }

    @Test("a threshold may be null, an encoded decimal or a boolean")
    func thresholds() throws {
        func threshold(_ value: String) throws(BadEvent) -> Int32? {
            let text = Debezium.envelope("c", after: Self.row(threshold: value))
            guard case .change(.upsert(_, let patch, _)) = try product(text) else { return -1 }
            return patch.reorderThreshold
        }
        #expect(try threshold("null") == nil)
        #expect(try threshold("true") == 1)
        #expect(try threshold(#"{"scale":0,"value":"AfQ="}"#) == 500)
        #expect(reason(Debezium.envelope("c", after: Self.row(threshold: "\"5\""))) == .invalidRow)
    }

    @Test("a reference row's columns may have other names")
    func mappedColumns() throws {
        var format = SourceFormat()
        format.fields = ["product_id": "id", "product_name": "title.en", "unit_price": "price"]
        let row =
            #"{"id":7,"title":{"en":"Laptop Stand"},"category":"Accessories","reorder_threshold":30,"#
            + #""price":"79.99"}"#
        let upsert = Message.change(.upsert(ProductID(7), patch(), .none))
        #expect(try product(key: #"{"id":7}"#, row, format) == upsert)
        #expect(try product(key: #"{"id":7}"#, nil, format) == .change(.delete(ProductID(7), .tombstone)))
        #expect(reason(row.replacing("\"id\"", with: "\"key\""), format) == .invalidRow)
    }

    @Test("A name that a database holds as NULL is no name, in a plain row and in a change.")
    func missingLabels() throws {
        let upsert = Message.change(.upsert(ProductID(7), patch(name: ""), .none))
        #expect(try product(key: "7", Self.row(name: "null")) == upsert)
        #expect(try product(key: "7", Self.row(name: "\"\"")) == upsert)
        let without = Self.row().replacing(#""product_name":"Laptop Stand","#, with: "")
        #expect(try product(key: "7", without) == upsert)
        let change = try product(Debezium.envelope("u", after: Self.row(name: "null")))
        #expect(change == .change(.upsert(ProductID(7), patch(name: ""), version)))
    }

    @Test("warehouses are read like products")
    func warehouses() throws {
        let row = #"{"warehouse_id":3,"warehouse_name":"Central","region":"__debezium_unavailable_value"}"#
        let upsert = try warehouse(Debezium.envelope("u", after: row))
        let patch = WarehousePatch(name: "Central", region: nil)
        #expect(upsert == .change(.upsert(WarehouseID(3), patch, version)))
        let gone = try warehouse(key: #"{"warehouse_id":3}"#, nil)
        #expect(gone == .change(.delete(WarehouseID(3), .tombstone)))
    }
}
