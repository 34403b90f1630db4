public import Inventory

/// A reference table read from its topic: the rows, and the versions that keep older changes from overwriting newer
/// ones.
public struct FollowedTable<Row: TableRow> {
    public typealias ID = Row.ID

    public private(set) var rows = RowTable<Row>()
    /// Of rows that have one; deleted rows keep theirs.
    private var versions: [ID: RowVersion] = [:]
    /// All rows of this version or an older one were deleted.
    private var truncated = RowVersion.none

    /// Applies a change.
    /// - Parameter merge: the whole row that a change makes of the old one, nil when it keeps a column of a row that
    ///   is not known.
    /// - Returns: whether rows changed.
    /// - Parameter shown: the id as people read it.
    mutating func apply<Patch>(
        _ change: ReferenceChange<ID, Patch>, _ shown: (ID) -> String, _ merge: (ID, Patch, Row?) -> Row?
    ) throws(BadEvent) -> Bool {
        switch change {
        case .upsert(let id, let patch, let next):
            guard let version = version(next, of: id) else { return false }
            guard let row = merge(id, patch, rows[id]) else {
                throw BadEvent(
                    .unavailableValue,
                    "the database left out a column of row \(shown(id)) that did not change, and no earlier "
                        + "message has it")
            }
            return put(row, id, version)
        case .delete(let id, let next):
            guard let version = version(next, of: id) else {
                // Nothing changes, but the tombstone that follows must be recognised.
                versions[id] = versions[id]?.noting(next)
                return false
            }
            return put(nil, id, version)
        case .truncate(let next):
            guard let floor = truncated.advanced(by: next) else { return false }
            truncated = floor
            var hasChanged = false
            for id in rows.ids {
                guard let version = (versions[id] ?? .none).advanced(by: next) else { continue }
                hasChanged = put(nil, id, version) || hasChanged
            }
            return hasChanged
        }
    }

    private func version(_ next: RowVersion, of id: ID) -> RowVersion? {
        guard truncated == .none || truncated.advanced(by: next) != nil else { return nil }
        return (versions[id] ?? .none).advanced(by: next)
    }

    private mutating func put(_ row: Row?, _ id: ID, _ version: RowVersion) -> Bool {
        if version != .none { versions[id] = version }
        guard rows[id] != row else { return false }
        rows[id] = row
        return true
    }
}

/// Both tables; a feed fills the one that its topic holds.
public struct FollowedTables {
    private let ids: IDs

    public init(_ ids: IDs = .integers) { self.ids = ids }

    public private(set) var products = FollowedTable<Product>()
    public private(set) var warehouses = FollowedTable<Warehouse>()

    /// Applies a record of a table's topic; true when rows changed.
    /// - Parameter skip: called with the reason why a record holds no row.
    public mutating func apply(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, of kind: ReferenceKind,
        _ decoder: ReferenceDecoder, _ skip: (SkipReason) -> Void
    ) throws(BadEvent) -> Bool {
        switch kind {
        case .products:
            switch try decoder.product(key: key, value: value) {
            case .change(let change):
                return try products.apply(change, ids.string) { id, patch, old in patch.row(id, after: old) }
            case .skipped(let reason): skip(reason)
            }
        case .warehouses:
            switch try decoder.warehouse(key: key, value: value) {
            case .change(let change):
                return try warehouses.apply(change, ids.string) { id, patch, old in patch.row(id, after: old) }
            case .skipped(let reason): skip(reason)
            }
        }
        return false
    }
}
