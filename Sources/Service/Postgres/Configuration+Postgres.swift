import Inventory
public import Pipeline
public import Postgres

extension Configuration {
    /// Nil when there are to be no tables.
    public var connectionSettings: ConnectionSettings? {
        postgres.url.map { ConnectionSettings(url: $0, password: postgres.password?.reveal()) }
    }

    public var postgresSchema: Schema { Schema(postgres.schema, ids.table) }

    /// Whose views the tables hold.
    public var viewsSource: ViewsSource {
        ViewsSource(
            inputTopic: input.topic, groupID: kafka.groupID, stateTopic: stateTopic,
            keyedBy: input.keyedBy.rawValue)
    }

    /// - Parameter ids: those of the pipeline, whose names the snapshots' numbers stand for.
    func viewsWriterSettings(_ ids: IDs) -> ViewsWriter.Settings? {
        connectionSettings.map {
            ViewsWriter.Settings(
                connection: $0, schema: postgresSchema, ids: ids, source: viewsSource, creates: postgres.create,
                intervalMs: postgres.interval.milliseconds)
        }
    }

    /// The snapshots for HTTP and for PostgreSQL; nil when there is neither.
    public func viewStore() -> ViewStore? {
        let hasTables = postgres.url != nil
        guard http.listen != nil || hasTables else { return nil }
        let intervalMs: Int64 = hasTables ? min(100, postgres.interval.milliseconds) : 100
        return ViewStore(workers: workers, intervalMs: intervalMs, numbersTerms: hasTables)
    }
}
