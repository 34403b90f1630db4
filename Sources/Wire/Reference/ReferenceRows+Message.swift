public import Inventory

/// Rows of a reference topic: the key is the id, the value is the row as a JSON object, and no value
/// deletes it.
extension ReferenceRows {
    /// The product a message holds. Its id may stand in the key, in the value or in both, which must agree.
    public static func product(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer
    ) throws(ReferenceMistakes) -> Product {
        try row(key: key, value: value, of: .products)
    }

    /// As `product(key:value:)`.
    public static func warehouse(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer
    ) throws(ReferenceMistakes) -> Warehouse {
        try row(key: key, value: value, of: .warehouses)
    }

    /// The product a key names: `3`, `"3"` or `{"product_id":3}`.
    public static func productID(key: UnsafeRawBufferPointer) throws(ReferenceMistakes) -> ProductID {
        ProductID(try id(key: key.bytes, column: "product_id"))
    }

    /// The warehouse a key names: `3`, `"3"` or `{"warehouse_id":3}`.
    public static func warehouseID(key: UnsafeRawBufferPointer) throws(ReferenceMistakes) -> WarehouseID {
        WarehouseID(try id(key: key.bytes, column: "warehouse_id"))
    }

    private static func row<Row>(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer, of table: ReferenceTable<Row>
    ) throws(ReferenceMistakes) -> Row {
        var keyID: Int32?
        if let key { keyID = try id(key: key.bytes, column: table.key) }
        var cells = try object(value.bytes, columns: table.columns)
        if let keyID, cells[table.key] == .missing { cells[table.key] = .number(Array(String(keyID).utf8)) }
        guard let (id, row) = table.read(&cells) else { throw cells.mistakes }
        if let keyID, keyID != id {
            throw ReferenceMistakes(
                ReferenceMistake(
                    line: nil, column: table.key, found: "\(id) in the value",
                    expected: "\(keyID), as the key says"))
        }
        return row
    }

    static func id(key: RawSpan, column: String) throws(ReferenceMistakes) -> Int32 {
        let expected = "a key such as 3 or {\"\(column)\":3}"
        var cells = ReferenceCells(columns: [column], line: nil)
        var first = 0
        key.skipSpace(at: &first)
        if key.has(0x7B, at: first) {
            cells = try object(key, columns: [column])
        } else if key.byteCount > 1, key.has(0x22, at: 0), key.has(0x22, at: key.byteCount - 1) {
            cells[column] = .field(key.copy(1..<key.byteCount - 1))
        } else {
            cells[column] = .field(key.copy(0..<key.byteCount))
        }
        guard let id = cells.int32(column) else {
            throw ReferenceMistakes(
                ReferenceMistake(
                    line: nil, column: column,
                    found: "the key " + Quoted.text(key, 0..<key.byteCount), expected: expected))
        }
        return id
    }

    private static func object(
        _ text: RawSpan, columns: [String]
    ) throws(ReferenceMistakes) -> ReferenceCells {
        try checkUTF8(text)
        var cells = ReferenceCells(columns: columns, line: nil)
        var at = 0
        var mistakes = ReferenceMistakes()
        do throws(SyntaxError) {
            text.skipSpace(at: &at)
            let start = at
            if text.has(0x7B, at: at) {
                try text.scanObject(at: &at) { name, value in cells.set(text, name, value) }
            } else {
                try text.skipValue(at: &at)
                mistakes.add(
                    line: nil, found: Quoted.json(text, start..<at), expected: "a JSON object")
            }
            try text.skipToEnd(at: &at)
        } catch {
            mistakes.add(error, line: nil, in: text)
        }
        if !mistakes.isEmpty { throw mistakes }
        return cells
    }
}
