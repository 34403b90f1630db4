public import Inventory

/// An id as the state topic stores it, whatever the ids are now.
public enum StoredID: Hashable, Sendable {
    case integer(Int32)
    case text([UInt8])
}

/// A published row whose ids are of another kind than `ids.product` and `ids.warehouse` say now. A rebuild takes it
/// back.
public struct FormerRow: Hashable, Sendable {
    public enum Published: Hashable, Sendable {
        case alert(PublishedAlert)
        /// The fingerprint of a row of the stock table, or of the rollup if there is no warehouse.
        case row(UInt64)
    }

    public var product: StoredID
    public var warehouse: StoredID?
    public var published: Published

    public init(product: StoredID, warehouse: StoredID?, published: Published) {
        self.product = product
        self.warehouse = warehouse
        self.published = published
    }
}

/// Which ids of a record are texts.
struct StoredKinds: OptionSet {
    let rawValue: UInt8

    static let product = Self(rawValue: 1)
    static let warehouse = Self(rawValue: 2)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ ids: IDs) {
        self = []
        if ids.product == .text { insert(.product) }
        if ids.warehouse == .text { insert(.warehouse) }
    }
}

extension LittleEndianWriter {
    /// An integer in four bytes, or a text with a byte for its length.
    @inline(__always)
    private mutating func append(_ number: Int32, _ text: UnsafeRawBufferPointer?) {
        guard let text else { return append(number) }
        append(UInt8(text.count))
        append(bytes: text)
    }

    mutating func append(_ id: ProductID, _ ids: IDs) { append(id.rawValue, ids.text(id)) }

    mutating func append(_ id: WarehouseID, _ ids: IDs) { append(id.rawValue, ids.text(id)) }
}

extension LittleEndianReader {
    mutating func readKinds() throws(StateRecordError) -> StoredKinds {
        let kinds = StoredKinds(rawValue: try read())
        guard kinds.rawValue <= 3 else { throw .foreign }
        return kinds
    }

    /// The ids of a row's key, after their kinds.
    mutating func readFormerIDs(
        _ kind: StateRecord.Kind, _ kinds: StoredKinds
    ) throws(StateRecordError) -> (product: StoredID, warehouse: StoredID?) {
        let product = try readID(isText: kinds.contains(.product))
        guard kind != .rollupFingerprint else { return (product, nil) }
        return (product, try readID(isText: kinds.contains(.warehouse)))
    }

    private mutating func readID(isText: Bool) throws(StateRecordError) -> StoredID {
        isText ? .text(Array(try readIDText())) : .integer(try read())
    }

    /// An id of the present kind.
    private mutating func readNumber(_ ids: IDs, isText: Bool) throws(StateRecordError) -> Int32 {
        guard isText, let names = ids.names else { return try read() }
        guard let number = names.intern(try readIDText()) else { throw .foreign }
        return number
    }

    mutating func readProduct(_ ids: IDs) throws(StateRecordError) -> ProductID {
        ProductID(try readNumber(ids, isText: ids.product == .text))
    }

    mutating func readPair(_ ids: IDs) throws(StateRecordError) -> Pair {
        Pair(
            product: try readProduct(ids),
            warehouse: WarehouseID(try readNumber(ids, isText: ids.warehouse == .text)))
    }
}
