public import Inventory
public import Logging
public import Pipeline

/// Everything that keeps the tables in PostgreSQL: the views from the workers' snapshots, and `alert_changes` from the
/// alert topic.
public final class PostgresTables: Sendable {
    private let views: TablesThread
    private let history: AlertHistory

    /// Begins; nil without `postgres.url`. The alert topic must exist.
    public init?(_ configuration: Configuration, _ ids: IDs, _ store: ViewStore, _ logger: Logger) {
        guard let settings = configuration.viewsWriterSettings(ids),
            let history = configuration.alertHistory(logger)
        else { return nil }
        views = TablesThread(settings, store, logger)
        self.history = history
        history.start()
    }

    public var viewCounts: TableCounts { views.telemetry.counts }
    public var alertCounts: AlertTableCounts { history.counts }

    public func stop() {
        views.stop()
        history.stop()
    }
}
