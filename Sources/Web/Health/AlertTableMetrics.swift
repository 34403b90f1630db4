import Inventory
import Pipeline

/// The metrics of the table `alert_changes` in PostgreSQL.
struct AlertTableMetrics {
    let counts: AlertTableCounts
    let startedAt: Timestamp

    func write(nowMicroseconds now: Int64, _ out: inout MetricsWriter) {
        out.single(
            "stockd_postgres_alert_writer", .gauge, "1 when this process writes alert_changes.",
            counts.isWriter ? 1 : 0)
        out.single(
            "stockd_postgres_alert_age_seconds", .gauge,
            "How long ago alert_changes was last known to hold every message, or to be written by another process.",
            Double(counts.currentAt.map { monotonicMicroseconds() - $0 } ?? (now - startedAt.microseconds))
                / 1_000_000)
        out.single("stockd_postgres_alert_rows_total", .counter, "Rows written to alert_changes.", counts.rows)
        out.single(
            "stockd_postgres_alert_skipped_total", .counter,
            "Messages of the alert topic that are none of stockd's and became no row.", counts.skipped)
        out.single(
            "stockd_postgres_alert_lost_total", .counter,
            "Offsets that the alert topic no longer held when they were to be read.", Int(counts.lost))
        out.single(
            "stockd_postgres_alert_failures_total", .counter, "Tries to write alert_changes that failed.",
            counts.failures)
    }
}
