/// A product (`product_id`): its number in the reference data, or the one that stands for its text (`IDNames`).
public struct ProductID: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: Int32
    @inlinable public init(rawValue: Int32) { self.rawValue = rawValue }
    @inlinable public init(_ rawValue: Int32) { self.rawValue = rawValue }
    @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// A warehouse (`warehouse_id`), as `ProductID`.
public struct WarehouseID: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: Int32
    @inlinable public init(rawValue: Int32) { self.rawValue = rawValue }
    @inlinable public init(_ rawValue: Int32) { self.rawValue = rawValue }
    @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// An order event's identity (`event_id`): two messages with one id are one event.
///
/// An integer is itself. A text is its hash of 128 bits (`TextHash`), whose upper half is never 0.
public struct EventID: Hashable, Comparable, Sendable {
    /// The integer, or the lower half of the hash.
    public let rawValue: Int64
    /// The upper half of the hash; 0 for an integer.
    public let high: UInt64

    @inlinable public init(_ rawValue: Int64) {
        self.rawValue = rawValue
        high = 0
    }

    @inlinable public init(rawValue: Int64, high: UInt64) {
        self.rawValue = rawValue
        self.high = high
    }

    @inlinable public var isText: Bool { high != 0 }

    @inlinable public static func < (a: Self, b: Self) -> Bool { (a.high, a.rawValue) < (b.high, b.rawValue) }
}

/// A partition of a Kafka topic.
public struct Partition: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: Int32
    @inlinable public init(rawValue: Int32) { self.rawValue = rawValue }
    @inlinable public init(_ rawValue: Int32) { self.rawValue = rawValue }
    @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// A position in a partition's log: the number of a record, or of the next one to read.
public struct Offset: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: Int64
    @inlinable public init(rawValue: Int64) { self.rawValue = rawValue }
    @inlinable public init(_ rawValue: Int64) { self.rawValue = rawValue }
    @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    /// The offset that follows this one.
    @inlinable public var next: Offset { Offset(rawValue + 1) }
}

/// A product in a warehouse: the key of stock and of alerts.
public struct Pair: RawRepresentable, Hashable, Comparable, Sendable {
    public let product: ProductID
    public let warehouse: WarehouseID
    @inlinable public init(product: ProductID, warehouse: WarehouseID) {
        self.product = product
        self.warehouse = warehouse
    }

    /// Both ids in 64 bits, the product in the high half.
    @inlinable public var rawValue: UInt64 {
        UInt64(UInt32(bitPattern: product.rawValue)) << 32 | UInt64(UInt32(bitPattern: warehouse.rawValue))
    }

    @inlinable public init(rawValue: UInt64) {
        product = ProductID(Int32(truncatingIfNeeded: rawValue >> 32))
        warehouse = WarehouseID(Int32(truncatingIfNeeded: rawValue))
    }

    @inlinable public static func < (a: Self, b: Self) -> Bool {
        (a.product, a.warehouse) < (b.product, b.warehouse)
    }
}

/// An instant in microseconds since 1970-01-01T00:00:00Z, leap seconds not counted (as POSIX time).
public struct Timestamp: Hashable, Comparable, Sendable {
    public let microseconds: Int64
    @inlinable public init(microseconds: Int64) { self.microseconds = microseconds }
    @inlinable public static func < (a: Self, b: Self) -> Bool { a.microseconds < b.microseconds }
}
