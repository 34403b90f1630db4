internal import Foundation
import Kafka
import Logging
import Postgres

extension Configuration {
    /// What writes the alert topic's messages to `alert_changes`; nil without PostgreSQL.
    func alertHistory(_ logger: Logger) -> AlertHistory? {
        guard let server = connectionSettings else { return nil }
        let (schema, source, creates) = (postgresSchema, viewsSource, postgres.create)
        let settings = AlertHistory.Settings(
            table: AlertChangeTable(schema, topic: alerts.topic, writer: UUID().uuidString), topic: alerts.topic,
            server: server, client: clientSettings(logger), intervalMs: postgres.interval.milliseconds,
            prepare: { try schema.prepare($0, for: source, creates: creates) })
        return AlertHistory(settings, logger)
    }
}
