import Inventory
public import Logging
public import Pipeline
import Synchronization

/// One method for each event of the tables, which counts it and logs it.
public final class TableTelemetry: Sendable {
    private struct State {
        var counts = TableCounts()
        /// Since when nothing can be written, and why.
        var outage: (since: ContinuousClock.Instant, message: String)?
    }

    private let state = Mutex(State())
    private let logger: Logger

    public init(_ logger: Logger) { self.logger = logger }

    public var counts: TableCounts { state.withLock { $0.counts } }

    func committed(rows: Int) {
        state.withLock { state in
            state.counts.transactions += 1
            state.counts.rows += rows
        }
    }

    func filled(_ first: Partition, rows: Int, took: Duration) {
        state.withLock { $0.counts.fills += 1 }
        logger.info(
            "wrote all rows of partition \(first.rawValue) to PostgreSQL",
            metadata: ["rows": "\(rows)", "took_ms": "\(took.milliseconds)"])
    }

    /// A round succeeded.
    /// - Parameter currentAt: when all that the tables now hold was known to be all that is committed; nil while they
    ///   do not hold all that is shown.
    func wrote(behind: Int, replaced: Int, currentAt: Int64?) {
        let outage = state.withLock { state in
            state.counts.isConnected = true
            state.counts.isRefused = false
            state.counts.shardsBehind = behind
            state.counts.shardsReplaced = replaced
            if let currentAt, currentAt > 0 { state.counts.currentAt = currentAt }
            return state.outage.take()
        }
        guard let outage else { return }
        logger.notice(
            "the tables in PostgreSQL are written again",
            metadata: ["outage_ms": "\((.now - outage.since).milliseconds)"])
    }

    /// A round failed: logged once, and again when only a person can put it right.
    func failed(_ error: PostgresError, behind: Int) {
        let isNews = state.withLock { state in
            state.counts.failures += 1
            state.counts.shardsBehind = behind
            state.counts.isConnected = false
            state.counts.isRefused = error.needsOperator
            guard let outage = state.outage else {
                state.outage = (.now, error.message)
                return true
            }
            guard error.needsOperator, outage.message != error.message else { return false }
            state.outage?.message = error.message
            return true
        }
        guard isNews else { return }
        let text = "the tables in PostgreSQL cannot be written, trying again: \(error)"
        logger.log(level: error.needsOperator ? .error : .warning, "\(text)")
    }

    /// The rows are of a later owner, as after each rebalance.
    func replaced(_ first: Partition) {
        logger.info("the rows of partition \(first.rawValue) in PostgreSQL are written by its new owner now")
    }

    func contradicted(_ first: Partition, _ stored: Int64, _ own: Int64) {
        logger.error(
            """
            the rows of partition \(first.rawValue) in PostgreSQL were written by a later owner (term \(stored)), but \
            this daemon (term \(own)) goes on to own it: if the state topic was recreated, remove the views with \
            `stockd postgres drop --views --apply`; stockd fills them again
            """)
    }
}

extension Duration {
    var milliseconds: Int64 { Int64(self / .milliseconds(1)) }
}
