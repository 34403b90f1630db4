import Inventory

/// How rows are written.
public enum RowFormat: String, Sendable, CaseIterable {
    /// RFC 4180, null as an empty field. Lines end with a line feed alone, as Unix tools expect.
    case csv
    /// One JSON object a row.
    case json
}

/// A row being written, column by column, the same columns whatever the format.
struct Row {
    private let format: RowFormat
    private var isFirst = true

    init(_ format: RowFormat) {
        self.format = format
    }

    /// Writes what comes before a column's value.
    @inline(__always)
    mutating func begin(_ column: StaticString, _ out: inout ByteWriter) {
        switch format {
        case .json: out.append(jsonMember: column, after: isFirst ? 0x7B : 0x2C)
        case .csv:
            if !isFirst { out.append(byte: 0x2C) }
        }
        isFirst = false
    }

    @inline(__always)
    mutating func null(_ column: StaticString, _ out: inout ByteWriter) {
        begin(column, &out)
        if format == .json { out.append("null") }
    }

    @inline(__always)
    mutating func number(_ column: StaticString, _ value: Int64, _ out: inout ByteWriter) {
        begin(column, &out)
        out.append(value)
    }

    @inline(__always)
    mutating func number(_ column: StaticString, _ value: Int128, _ out: inout ByteWriter) {
        begin(column, &out)
        out.append(value)
    }

    @inline(__always)
    mutating func number(_ column: StaticString, _ value: Int32?, _ out: inout ByteWriter) {
        guard let value else { return null(column, &out) }
        number(column, Int64(value), &out)
    }

    @inline(__always)
    mutating func number(_ column: StaticString, _ value: UInt64?, _ out: inout ByteWriter) {
        guard let value else { return null(column, &out) }
        begin(column, &out)
        out.append(value)
    }

    /// A label, null where it is empty.
    @inline(__always)
    mutating func text(_ column: StaticString, _ value: Text, _ out: inout ByteWriter) {
        if value.isEmpty { return null(column, &out) }
        begin(column, &out)
        switch format {
        case .json: out.append(jsonString: value)
        case .csv: out.append(csvField: value)
        }
    }

    /// `product_id`: a number, or a text.
    @inline(__always)
    mutating func id(_ id: ProductID, _ ids: IDs, _ out: inout ByteWriter) {
        guard let text = ids.text(id) else { return number("product_id", id.rawValue, &out) }
        self.text("product_id", text, &out)
    }

    /// `warehouse_id`: a number, or a text.
    @inline(__always)
    mutating func id(_ id: WarehouseID, _ ids: IDs, _ out: inout ByteWriter) {
        guard let text = ids.text(id) else { return number("warehouse_id", id.rawValue, &out) }
        self.text("warehouse_id", text, &out)
    }

    mutating func text(_ column: StaticString, _ bytes: UnsafeRawBufferPointer, _ out: inout ByteWriter) {
        begin(column, &out)
        switch format {
        case .json: out.append(jsonString: bytes)
        case .csv: out.append(csvField: bytes)
        }
    }

    /// A constant, which needs no escape in either format.
    @inline(__always)
    mutating func word(_ column: StaticString, _ value: StaticString?, _ out: inout ByteWriter) {
        guard let value else { return null(column, &out) }
        begin(column, &out)
        if format == .json { out.append(byte: 0x22) }
        out.append(value)
        if format == .json { out.append(byte: 0x22) }
    }

    @inline(__always)
    mutating func instant(_ column: StaticString, _ value: Timestamp, _ out: inout ByteWriter) {
        begin(column, &out)
        if format == .json { out.append(byte: 0x22) }
        RFC3339.write(value, into: &out)
        if format == .json { out.append(byte: 0x22) }
    }

    @inline(__always)
    func end(_ out: inout ByteWriter) {
        if format == .json { out.append(byte: 0x7D) }
    }
}
