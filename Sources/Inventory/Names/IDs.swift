/// How an id is written: `ids.product`, `ids.warehouse` and `ids.event`.
public enum IDKind: String, Sendable, CaseIterable {
    /// A number, of 32 bits for products and warehouses, of 64 for events.
    case integer
    /// A JSON string of 1 to 255 bytes of UTF-8 without U+0000.
    case text
}

/// What the ids are, and what the numbers stand for that replace texts inside the process.
public final class IDs: Sendable {
    /// All ids are integers.
    public static let integers = IDs()

    public let event: IDKind
    public let product: IDKind
    public let warehouse: IDKind
    /// Of products and of warehouses; nil when both are integers.
    public let names: IDNames?

    /// - Parameter maxNames: how many texts of products and warehouses events may bring.
    public init(
        event: IDKind = .integer, product: IDKind = .integer, warehouse: IDKind = .integer,
        maxNames: Int = 10_000_000
    ) {
        self.event = event
        self.product = product
        self.warehouse = warehouse
        names = product == .text || warehouse == .text ? IDNames(limit: maxNames) : nil
    }

    /// Whether products and warehouses are integers.
    @inline(__always)
    public var areNumbers: Bool { names == nil }

    /// The text of a product; nil when it is an integer.
    @inline(__always)
    public func text(_ id: ProductID) -> UnsafeRawBufferPointer? {
        product == .text ? names?.text(id.rawValue) : nil
    }

    /// The text of a warehouse; nil when it is an integer.
    @inline(__always)
    public func text(_ id: WarehouseID) -> UnsafeRawBufferPointer? {
        warehouse == .text ? names?.text(id.rawValue) : nil
    }

    /// The id as people read it.
    public func string(_ id: ProductID) -> String {
        text(id).map { String(decoding: $0, as: UTF8.self) } ?? "\(id.rawValue)"
    }

    /// The id as people read it.
    public func string(_ id: WarehouseID) -> String {
        text(id).map { String(decoding: $0, as: UTF8.self) } ?? "\(id.rawValue)"
    }

    // MARK: Order

    /// The order of numbers, or of the texts' bytes.
    public func isBefore(_ a: ProductID, _ b: ProductID) -> Bool {
        if let a = text(a), let b = text(b) { return a.lexicographicallyPrecedes(b) }
        return a < b
    }

    /// The order of numbers, or of the texts' bytes.
    public func isBefore(_ a: WarehouseID, _ b: WarehouseID) -> Bool {
        if let a = text(a), let b = text(b) { return a.lexicographicallyPrecedes(b) }
        return a < b
    }

    /// By product, then by warehouse.
    public func isBefore(_ a: Pair, _ b: Pair) -> Bool {
        a.product == b.product ? isBefore(a.warehouse, b.warehouse) : isBefore(a.product, b.product)
    }
}
