import Inventory
import Pipeline

/// The metrics of the tables in PostgreSQL.
struct TableMetrics {
    let counts: TableCounts
    let startedAt: Timestamp

    func write(nowMicroseconds now: Int64, _ out: inout MetricsWriter) {
        out.single(
            "stockd_postgres_connected", .gauge, "1 when the tables could be written last.", counts.isConnected ? 1 : 0
        )
        out.single(
            "stockd_postgres_refused", .gauge, "1 when only an operator can put right why they could not.",
            counts.isRefused ? 1 : 0)
        out.single(
            "stockd_postgres_age_seconds", .gauge,
            "How long ago the tables were last known to hold all that was committed.",
            Double(counts.currentAt.map { monotonicMicroseconds() - $0 } ?? (now - startedAt.microseconds)) / 1_000_000
        )
        out.single(
            "stockd_postgres_shards_behind", .gauge, "Shards whose rows are to be written whole.", counts.shardsBehind)
        out.single(
            "stockd_postgres_shards_replaced", .gauge, "Shards whose rows a later owner of their partitions writes.",
            counts.shardsReplaced)
        out.single(
            "stockd_postgres_transactions_total", .counter, "Transactions that wrote rows.", counts.transactions)
        out.single(
            "stockd_postgres_rows_total", .counter, "Rows that were inserted, updated or deleted.", counts.rows)
        out.single("stockd_postgres_fills_total", .counter, "Times a shard's rows were written whole.", counts.fills)
        out.single(
            "stockd_postgres_failures_total", .counter, "Tries to write the tables that failed.", counts.failures)
    }
}
