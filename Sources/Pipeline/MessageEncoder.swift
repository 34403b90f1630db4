import Inventory
import Wire

/// Encodes the messages of the output topics into buffers that are reused from one to the next.
struct MessageEncoder: ~Copyable {
    private let key = ByteWriter()
    private let value = ByteWriter()
    private let encoder = AlertEncoder()
    var state = StateEncoder()

    typealias Body = (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) throws(LogFailure) -> Void

    func alert(
        _ change: AlertChange, as format: PipelineSettings.AlertFormat, _ body: Body
    ) throws(LogFailure) {
        restart()
        encoder.key(change.pair, into: key)
        switch format {
        case .changes: encoder.change(change, into: value)
        case .upsert:
            guard change.severity != nil, let row = change.row else { return try hand(isTombstone: true, body) }
            encoder.upsert(row, into: value)
        }
        try hand(isTombstone: false, body)
    }

    func stock(_ pair: Pair, _ row: StockRow?, _ body: Body) throws(LogFailure) {
        restart()
        encoder.key(pair, into: key)
        if let row { encoder.stock(row, into: value) }
        try hand(isTombstone: row == nil, body)
    }

    func rollup(_ product: ProductID, _ row: RollupRow?, _ body: Body) throws(LogFailure) {
        restart()
        encoder.key(product, into: key)
        if let row { encoder.rollup(row, into: value) }
        try hand(isTombstone: row == nil, body)
    }

    private func restart() {
        key.removeAll(keepingCapacity: true)
        value.removeAll(keepingCapacity: true)
    }

    private func hand(isTombstone: Bool, _ body: Body) throws(LogFailure) {
        var failure: LogFailure?
        key.withUnsafeBytes { key in
            value.withUnsafeBytes { value in
                do throws(LogFailure) { try body(key, isTombstone ? nil : value) } catch { failure = error }
            }
        }
        if let failure { throw failure }
    }
}
