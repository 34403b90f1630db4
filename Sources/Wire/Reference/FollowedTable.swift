public import Inventory

/// A reference table read from its topic: the rows, and the versions that keep older changes from overwriting newer
/// ones.
public struct FollowedTable<Row: TableRow> {
    public typealias ID = Row.ID

    public private(set) var rows = RowTable<Row>()
    /// Of rows that have one; deleted rows keep theirs.
    private var versions = RowTable<KnownVersion<ID>>()
    /// All rows of this version or an older one were deleted.
    private var truncated = RowVersion.none

    /// Applies a change.
    /// - Parameter shown: the id as people read it.
    /// - Returns: whether rows changed.
    mutating func apply<Patch: RowPatch>(
        _ change: ReferenceChange<Patch>, _ shown: (ID) -> String
    ) throws(BadEvent) -> Bool where Patch.Row == Row {
        switch change {
        case .upsert(let id, let patch, let next):
            guard let version = version(next, of: id) else { return false }
            guard let row = patch.row(id, after: rows[id]) else {
                throw BadEvent(
                    .unavailableValue,
                    "the database left out a column of row \(shown(id)) that did not change, and no earlier "
                        + "message has it")
            }
            return put(row, id, version)
        case .delete(let id, let next):
            guard let version = version(next, of: id) else {
                // Nothing changes, but the tombstone that follows must be recognised.
                if let known = versions[id]?.version { versions[id] = KnownVersion(known.noting(next), of: id) }
                return false
            }
            return put(nil, id, version)
        case .truncate(let next):
            guard let floor = truncated.advanced(by: next) else { return false }
            truncated = floor
            var hasChanged = false
            for id in rows.ids {
                guard let version = (versions[id]?.version ?? .none).advanced(by: next) else { continue }
                hasChanged = put(nil, id, version) || hasChanged
            }
            return hasChanged
        }
    }

    private func version(_ next: RowVersion, of id: ID) -> RowVersion? {
        guard truncated == .none || truncated.advanced(by: next) != nil else { return nil }
        return (versions[id]?.version ?? .none).advanced(by: next)
    }

    private mutating func put(_ row: Row?, _ id: ID, _ version: RowVersion) -> Bool {
        if version != .none { versions[id] = KnownVersion(version, of: id) }
        guard rows[id] != row else { return false }
        rows[id] = row
        return true
    }
}

/// The tables; a feed fills the one that its topic holds.
public struct FollowedTables {
    private let ids: IDs

    public init(_ ids: IDs = .integers) { self.ids = ids }

    public private(set) var products = FollowedTable<Product>()
    public private(set) var warehouses = FollowedTable<Warehouse>()
    public private(set) var thresholds = FollowedTable<PairThreshold>()

    /// Applies a record of a table's topic; true when rows changed.
    /// - Parameter skip: called with the reason why a record holds no row.
    public mutating func apply(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, of kind: ReferenceKind,
        _ decoder: ReferenceDecoder, _ skip: (SkipReason) -> Void
    ) throws(BadEvent) -> Bool {
        switch kind {
        case .products:
            try Self.apply(try decoder.product(key: key, value: value), to: &products, ids.string, skip)
        case .warehouses:
            try Self.apply(try decoder.warehouse(key: key, value: value), to: &warehouses, ids.string, skip)
        case .thresholds:
            try Self.apply(try decoder.threshold(key: key, value: value), to: &thresholds, ids.string, skip)
        }
    }

    private static func apply<Patch: RowPatch>(
        _ message: ReferenceMessage<Patch>, to table: inout FollowedTable<Patch.Row>,
        _ shown: (Patch.Row.ID) -> String, _ skip: (SkipReason) -> Void
    ) throws(BadEvent) -> Bool {
        switch message {
        case .change(let change): return try table.apply(change, shown)
        case .skipped(let reason):
            skip(reason)
            return false
        }
    }
}
