public import Inventory

/// The values of one column for many rows, as a PostgreSQL array: `unnest` makes rows of several.
public struct ArrayColumn: Sendable {
    public let type: PostgresType
    public private(set) var count = 0
    private var bytes: [UInt8]
    private var hasNull = false

    /// The number of dimensions, whether there are nulls, the element's type, the length, the first index.
    private static let headerByteCount = 20

    public init(_ type: PostgresType) {
        self.type = type
        bytes = Array(repeating: 0, count: Self.headerByteCount)
    }

    public var parameter: Parameter {
        var bytes = bytes
        let header: [UInt32] = [1, hasNull ? 1 : 0, type.oid, UInt32(count), 1]
        for (index, word) in header.enumerated() {
            withUnsafeBytes(of: word.bigEndian) { bytes.replaceSubrange(index * 4..<index * 4 + 4, with: $0) }
        }
        return Parameter(type: type.arrayOID, bytes: bytes)
    }

    public mutating func removeAll() {
        count = 0
        hasNull = false
        bytes.removeLast(bytes.count - Self.headerByteCount)
    }

    public mutating func appendNull() {
        count += 1
        hasNull = true
        append(word: UInt32.max)
    }

    /// For `.integer`.
    public mutating func append(_ value: Int32) { append(fixed: value) }

    /// For `.bigint`.
    public mutating func append(_ value: Int64) { append(fixed: value) }

    /// For `.timestamp`: microseconds since 2000.
    public mutating func append(_ value: Timestamp) {
        append(fixed: value.microseconds.subtractingReportingOverflow(946_684_800_000_000).partialValue)
    }

    /// For `.text`: UTF-8. PostgreSQL has no U+0000, so each becomes U+FFFD.
    public mutating func append(_ text: UnsafeRawBufferPointer) {
        count += 1
        let zeros = text.count { $0 == 0 }
        append(word: UInt32(text.count + 2 * zeros))
        if zeros == 0 { return bytes.append(contentsOf: text) }
        for byte in text {
            if byte == 0 { bytes.append(contentsOf: [0xEF, 0xBF, 0xBD]) } else { bytes.append(byte) }
        }
    }

    /// For `.text`, null where it is empty.
    public mutating func append(label text: Text) {
        if text.isEmpty { return appendNull() }
        text.withUTF8 { append($0) }
    }

    @inline(__always)
    private mutating func append<T: FixedWidthInteger>(fixed value: T) {
        count += 1
        append(word: UInt32(MemoryLayout<T>.size))
        append(word: value)
    }

    @inline(__always)
    private mutating func append<T: FixedWidthInteger>(word: T) {
        withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
    }
}

extension ArrayColumn {
    /// What comes before the rows of a `COPY` in the binary format, and behind them.
    static let copyHead = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0] + Array(repeating: 0, count: 8)
    static let copyEnd: [UInt8] = [0xFF, 0xFF]

    /// The rows of some columns, in which a value looks as it does in an array.
    static func copyRows(_ columns: [ArrayColumn]) -> [UInt8] {
        var rows: [UInt8] = []
        rows.reserveCapacity(columns.reduce(2 * columns[0].count) { $0 + $1.bytes.count })
        var places = Array(repeating: headerByteCount, count: columns.count)
        for _ in 0..<columns[0].count {
            rows.append(contentsOf: [0, UInt8(columns.count)])
            for (index, column) in columns.enumerated() {
                let end = places[index] + column.byteCount(ofValueAt: places[index])
                rows.append(contentsOf: column.bytes[places[index]..<end])
                places[index] = end
            }
        }
        return rows
    }

    /// With its length before it, which is -1 for null.
    private func byteCount(ofValueAt place: Int) -> Int {
        let length = bytes.withUnsafeBytes {
            Int32(bigEndian: $0.loadUnaligned(fromByteOffset: place, as: Int32.self))
        }
        return 4 + Int(max(length, 0))
    }
}
