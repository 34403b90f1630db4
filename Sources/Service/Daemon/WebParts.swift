import Inventory
import Kafka
import Pipeline
import ServiceLifecycle
import Synchronization
public import Web

/// The parts of the daemon that the HTTP interface shows.
final class WebParts: Sendable {
    let store: ViewStore
    let lags = LagWatch()
    let statistics = StatisticsShelf()

    /// The interface is to be run beside the daemon.
    let isExpected = Atomic<Bool>(false)
    let isListening = Atomic<Bool>(false)

    init(_ store: ViewStore) { self.store = store }

    /// Waits until the interface listens, if it is to: a port that is taken must end the start before the
    /// daemon joins the group, where a second member by mistake would stop the first.
    func awaitListening() async {
        while isExpected.load(ordering: .acquiring), !isListening.load(ordering: .acquiring),
            !Task.isShuttingDownGracefully
        {
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    /// How often librdkafka gives its statistics, and how often the log's ends are asked for.
    static let intervalMs: Int64 = 5_000

    /// A worker's client settings, with statistics that go to `statistics`.
    func observed(_ client: ClientSettings, worker: Int) -> ClientSettings {
        var client = client
        if client.properties["statistics.interval.ms"] == nil {
            client.properties["statistics.interval.ms"] = "\(Self.intervalMs)"
        }
        client.onStatistics = { [statistics] json in
            // Only the consumer and the producer matter; the readers of a recovery come and go.
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
