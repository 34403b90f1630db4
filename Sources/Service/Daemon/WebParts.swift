import Inventory
import Kafka
import Pipeline
public import Web

/// What the HTTP interface is shown of the daemon.
final class WebParts: Sendable {
    let store: ViewStore
    let lags = LagWatch()
    let statistics = StatisticsShelf()

    init(workers: Int) { store = ViewStore(workers: workers) }

    /// How often librdkafka gives its statistics, and how often the log's ends are asked for.
    static let intervalMs: Int64 = 5_000

    /// A worker's client settings with statistics that end up here.
    func observed(_ client: ClientSettings, worker: Int) -> ClientSettings {
        var client = client
        if client.properties["statistics.interval.ms"] == nil {
            client.properties["statistics.interval.ms"] = "\(Self.intervalMs)"
        }
        client.onStatistics = { [statistics] json in
            // Recovery's readers and the like come and go; the two that matter are named after their role.
            for role in ["consumer", "producer"] where json.prefix(200).contains("-\(role)\"") {
                statistics.put(json, of: "worker\(worker)-\(role)")
            }
        }
        return client
    }
}

extension Configuration {
    /// Nil when there is to be no HTTP.
    public var webSettings: WebSettings? {
        http.listen.map { WebSettings(host: $0.host, port: $0.port, token: http.token?.reveal()) }
    }
}
