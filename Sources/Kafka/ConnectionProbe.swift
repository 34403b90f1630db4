/// While the cluster is down, asks whether it is back. librdkafka reports only failures, and an idle consumer would
/// not notice.
struct ConnectionProbe {
    private var nextMs: Int64 = 0
    private static let intervalMs: Int64 = 1000
    private static let timeoutMs: Int32 = 100

    mutating func run(on client: Client) {
        guard client.context.connection.isDown, Deadline.nowMs >= nextMs else { return }
        nextMs = Deadline.nowMs + Self.intervalMs
        _ = try? client.brokerCount(Self.timeoutMs)
    }
}
