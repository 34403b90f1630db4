public import Inventory

/// How an alert's messages are written.
public enum AlertFormat: String, CaseIterable, Sendable {
    /// What changed, with what was before.
    case changes
    /// The current row, a tombstone when it is gone.
    case upsert
}

/// Encodes the messages of the output topics into buffers that are reused from one to the next.
public struct MessageEncoder: ~Copyable {
    private let ids: IDs
    private var key = ByteWriter()
    private var value = ByteWriter()

    public init(_ ids: IDs = .integers) { self.ids = ids }

    /// Takes a message's key and value, valid inside only; nil is a tombstone.
    public typealias Body<Failure: Error> = (
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?
    ) throws(Failure) -> Void

    public mutating func alert<Failure>(
        _ change: AlertChange, as format: AlertFormat, _ body: Body<Failure>
    ) throws(Failure) {
        restart()
        AlertEncoder.key(change.pair, ids, into: &key)
        switch format {
        case .changes: AlertEncoder.change(change, ids, into: &value)
        case .upsert:
            guard change.severity != nil, let row = change.row else {
                return try hand(isTombstone: true, body)
            }
            AlertEncoder.upsert(row, ids, into: &value)
        }
        try hand(isTombstone: false, body)
    }

    public mutating func stock<Failure>(
        _ pair: Pair, _ row: StockRow?, _ body: Body<Failure>
    ) throws(Failure) {
        restart()
        AlertEncoder.key(pair, ids, into: &key)
        if let row { AlertEncoder.stock(row, ids, into: &value) }
        try hand(isTombstone: row == nil, body)
    }

    public mutating func rollup<Failure>(
        _ product: ProductID, _ row: RollupRow?, _ body: Body<Failure>
    ) throws(Failure) {
        restart()
        AlertEncoder.key(product, ids, into: &key)
        if let row { AlertEncoder.rollup(row, ids, into: &value) }
        try hand(isTombstone: row == nil, body)
    }

    /// Takes back a row that was published while its ids were of another kind: the end of an alert that stood, a
    /// tombstone for a row of a table.
    public mutating func former<Failure>(
        _ row: FormerRow, as format: AlertFormat, _ body: Body<Failure>
    ) throws(Failure) {
        restart()
        AlertEncoder.key(row, into: &key)
        if case .alert(let alert) = row.published, format == .changes {
            AlertEncoder.resolved(row, alert, into: &value)
            return try hand(isTombstone: false, body)
        }
        try hand(isTombstone: true, body)
    }

    private mutating func restart() {
        key.removeAll()
        value.removeAll()
    }

    private borrowing func hand<Failure>(isTombstone: Bool, _ body: Body<Failure>) throws(Failure) {
        try key.withUnsafeBytes { (key) throws(Failure) in
            try value.withUnsafeBytes { (value) throws(Failure) in try body(key, isTombstone ? nil : value) }
        }
    }
}
