import Foundation
import Inventory
import Kafka
import Logging
import Pipeline
import Postgres
import Service
import TemporaryServers

/// The demo's tables in a PostgreSQL server of its own.
final class DemoTables {
    private let server: TemporaryServer
    private var tables: PostgresTables?
    private var connection: Connection?

    init() throws {
        do {
            server = try TemporaryServer(settings: ["fsync=off", "shared_buffers=32MB"])
        } catch {
            throw DemoFailure(message: error.message)
        }
    }

    /// The lines of the configuration that name the server.
    var settings: String { "postgres: {url: \"\(server.connection)\", interval: 10ms}" }

    /// Begins to keep the views of a worker, and the alert topic's changes.
    func start(_ configuration: Configuration, _ store: ViewStore, _ logger: Logger) {
        tables = PostgresTables(configuration, configuration.ids.table, store, logger)
    }

    /// Waits until the tables hold the events before an offset and this many alert changes.
    func awaitRows(through offset: Int64, changes: Int) throws {
        let deadline = Date(timeIntervalSinceNow: 30)
        let query = """
            SELECT (SELECT sum(position) FROM stockd.partitions), (SELECT count(*) FROM stockd.alert_changes)
            """
        while Date() < deadline {
            usleep(20_000)
            // The tables may not have been made yet.
            guard let connection = try? Connection(ConnectionSettings(url: server.connection)),
                let row = try? connection.run(query).first
            else { continue }
            if row == ["\(offset)", "\(changes)"] { return }
        }
        throw DemoFailure(message: "the tables were not written within 30 s")
    }

    /// What a person may type meanwhile.
    var command: String { "PGOPTIONS='-c search_path=stockd' psql '\(server.connection)'" }

    func show(_ queries: [String]) throws {
        do {
            for query in queries {
                print(query + "\n")
                fflush(nil)
                try server.show(["SET search_path = stockd", "SET timezone = 'UTC'", query])
            }
        } catch {
            throw DemoFailure(message: error.message)
        }
    }

    func close() {
        tables?.stop()
        server.close()
    }

    /// In the words of docs/sql.md.
    static let queries = [
        """
        SELECT product_name, warehouse_name, current_stock, reorder_threshold, last_updated
        FROM current_stock_levels
        ORDER BY product_name, warehouse_name;
        """,
        """
        SELECT product_name, warehouse_name, current_stock, reorder_threshold, units_below_threshold, alert_severity
        FROM low_stock_alerts
        ORDER BY alert_severity, product_name, warehouse_name;
        """,
        """
        SELECT product_name, warehouse_count, total_stock, min_warehouse_stock, max_warehouse_stock, reorder_threshold,
               overall_status
        FROM multi_warehouse_inventory
        ORDER BY product_name;
        """,
    ]
    static let nextDayQuery = """
        SELECT product_name, warehouse_name, current_stock, reorder_threshold, alert_severity
        FROM low_stock_alerts
        WHERE product_name = 'Laptop Stand';
        """
}
