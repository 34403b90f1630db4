/// Asks a broker for a sign of life while the cluster is down or a response is overdue. librdkafka reports only
/// connections that fail: an idle consumer would neither notice that a broker hangs nor that it is back.
struct ConnectionProbe {
    private var nextMs: Int64 = 0
    private static let intervalMs: Int64 = 1000
    private static let timeoutMs: Int32 = 100
    /// What is overdue is so for seconds, so a broker that is merely slow has time to respond.
    private static let lastTimeoutMs: Int32 = 1_000

    mutating func run(on client: Client) {
        let connection = client.context.connection
        let isDoubtful = connection.isDoubtful
        guard isDoubtful || connection.isDown, Deadline.nowMs >= nextMs else { return }
        nextMs = Deadline.nowMs + Self.intervalMs
        let brokers = try? client.brokerIDs(isDoubtful ? Self.lastTimeoutMs : Self.timeoutMs)
        if brokers == nil { connection.doubtConfirmed() }
    }
}
