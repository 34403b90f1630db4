/// The value of a `$1` in a statement, in PostgreSQL's binary format: no session setting (time zone, encoding of
/// bytes) has a say in it.
public struct Parameter: Sendable {
    /// The type's OID in `pg_type`.
    let type: UInt32
    let bytes: [UInt8]
    /// How many of the bytes are the value.
    let byteCount: Int
    let isNull: Bool

    init(type: UInt32, bytes: [UInt8], isNull: Bool = false) {
        self.type = type
        // An empty array has no address, which would be null.
        self.bytes = bytes.isEmpty ? [0] : bytes
        byteCount = bytes.count
        self.isNull = isNull
    }

    public static func integer(_ value: Int32) -> Parameter {
        Parameter(type: PostgresType.integer.oid, bytes: bigEndian(value))
    }

    public static func bigint(_ value: Int64) -> Parameter {
        Parameter(type: PostgresType.bigint.oid, bytes: bigEndian(value))
    }

    public static func text(_ value: String?) -> Parameter {
        Parameter(type: PostgresType.text.oid, bytes: Array((value ?? "").utf8), isNull: value == nil)
    }

    private static func bigEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}

/// The types of columns.
public enum PostgresType: String, Sendable {
    case integer
    case bigint
    case text
    case timestamp = "timestamp with time zone"

    var oid: UInt32 {
        switch self {
        case .integer: 23
        case .bigint: 20
        case .text: 25
        case .timestamp: 1184
        }
    }

    var arrayOID: UInt32 {
        switch self {
        case .integer: 1007
        case .bigint: 1016
        case .text: 1009
        case .timestamp: 1185
        }
    }
}
