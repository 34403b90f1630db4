import Inventory
import Wire

/// Encodes the messages of the output topics into buffers that are reused from one to the next.
struct MessageEncoder: ~Copyable {
    private var key = ByteWriter()
    private var value = ByteWriter()
    var state = StateEncoder()

    typealias Body = (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) throws(LogFailure) ->
        Void

    mutating func alert(
        _ change: AlertChange, as format: PipelineSettings.AlertFormat, _ body: Body
    ) throws(LogFailure) {
        restart()
        AlertEncoder.key(change.pair, into: &key)
        switch format {
        case .changes: AlertEncoder.change(change, into: &value)
        case .upsert:
            guard change.severity != nil, let row = change.row else {
                return try hand(isTombstone: true, body)
            }
            AlertEncoder.upsert(row, into: &value)
        }
        try hand(isTombstone: false, body)
    }

    mutating func stock(_ pair: Pair, _ row: StockRow?, _ body: Body) throws(LogFailure) {
        restart()
        AlertEncoder.key(pair, into: &key)
        if let row { AlertEncoder.stock(row, into: &value) }
        try hand(isTombstone: row == nil, body)
    }

    mutating func rollup(_ product: ProductID, _ row: RollupRow?, _ body: Body) throws(LogFailure) {
        restart()
        AlertEncoder.key(product, into: &key)
        if let row { AlertEncoder.rollup(row, into: &value) }
        try hand(isTombstone: row == nil, body)
    }

    private mutating func restart() {
        key.removeAll()
        value.removeAll()
    }

    private borrowing func hand(isTombstone: Bool, _ body: Body) throws(LogFailure) {
        var failure: LogFailure?
        key.withUnsafeBytes { key in
            value.withUnsafeBytes { value in
                do throws(LogFailure) { try body(key, isTombstone ? nil : value) } catch { failure = error }
            }
        }
        if let failure { throw failure }
    }
}
