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
    /// How many different texts the pairs of a shard may have.
    public let maxNames: Int
    private let addsNames: Bool

    public convenience init(
        event: IDKind = .integer, product: IDKind = .integer, warehouse: IDKind = .integer,
        maxNames: Int = 10_000_000
    ) {
        let names = product == .text || warehouse == .text ? IDNames() : nil
        self.init(event, product, warehouse, names, maxNames, addsNames: true)
    }

    private init(
        _ event: IDKind, _ product: IDKind, _ warehouse: IDKind, _ names: IDNames?, _ maxNames: Int, addsNames: Bool
    ) {
        self.event = event
        self.product = product
        self.warehouse = warehouse
        self.names = names
        self.maxNames = maxNames
        self.addsNames = addsNames
    }

    /// For the events of a shard that takes no new texts: the same ids, where a text without a number stays without.
    public var withoutNewNames: IDs { IDs(event, product, warehouse, names, maxNames, addsNames: false) }

    /// The number of a text of an event; nil if it has none and gets none.
    @inline(__always)
    public func number(ofName text: UnsafeRawBufferPointer) -> Int32? {
        addsNames ? names?.intern(text) : names?.number(of: text)
    }

    /// The number that a text has; nil if it has none.
    @inline(__always)
    public func knownNumber(ofName text: UnsafeRawBufferPointer) -> Int32? { names?.number(of: text) }

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

    /// A product's name for a person's eyes: `product 7` where there is none.
    public func title(_ product: Product) -> String {
        product.name.isEmpty ? "product \(string(product.id))" : product.name.string
    }

    /// A warehouse's name for a person's eyes: `warehouse 7` where there is none.
    public func title(_ warehouse: Warehouse) -> String {
        warehouse.name.isEmpty ? "warehouse \(string(warehouse.id))" : warehouse.name.string
    }

    /// A pair as messages name it: `product 3 in warehouse 1`.
    public func string(_ pair: Pair) -> String {
        "product \(string(pair.product)) in warehouse \(string(pair.warehouse))"
    }

    // MARK: What people send

    /// The product that a text names: digits as they are written, or an id that is a text; nil when no product can
    /// have it.
    public func product(_ text: String) -> ProductID? {
        number(text, product).map { ProductID($0) }
    }

    /// As `product(_:)`.
    public func warehouse(_ text: String) -> WarehouseID? {
        number(text, warehouse).map { WarehouseID($0) }
    }

    private func number(_ text: String, _ kind: IDKind) -> Int32? {
        guard kind == .text else { return Int32(text).flatMap { "\($0)" == text ? $0 : nil } }
        return Array(text.utf8).withUnsafeBytes { names?.number(of: $0) }
    }

    // MARK: Order

    /// The order of numbers, or of the texts' bytes.
    public func isBefore(_ a: ProductID, _ b: ProductID) -> Bool {
        if let a = text(a), let b = text(b) { return Self.precedes(a, b) }
        return a < b
    }

    /// The order of numbers, or of the texts' bytes.
    public func isBefore(_ a: WarehouseID, _ b: WarehouseID) -> Bool {
        if let a = text(a), let b = text(b) { return Self.precedes(a, b) }
        return a < b
    }

    /// Eight bytes at a time, as numbers whose first byte weighs most.
    private static func precedes(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        let count = min(a.count, b.count)
        var at = 0
        while at + 8 <= count {
            let (one, other) = (
                UInt64(bigEndian: a.loadUnaligned(fromByteOffset: at, as: UInt64.self)),
                UInt64(bigEndian: b.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            )
            if one != other { return one < other }
            at += 8
        }
        while at < count {
            if a[at] != b[at] { return a[at] < b[at] }
            at += 1
        }
        return a.count < b.count
    }

    /// By product, then by warehouse.
    public func isBefore(_ a: Pair, _ b: Pair) -> Bool {
        a.product == b.product ? isBefore(a.warehouse, b.warehouse) : isBefore(a.product, b.product)
    }
}
