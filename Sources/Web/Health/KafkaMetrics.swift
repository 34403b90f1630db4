/// librdkafka's own figures, client by client.
struct KafkaMetrics {
    private let clients: [(name: String, statistics: KafkaStatistics)]

    init(_ latest: [String: KafkaStatistics]) {
        clients = latest.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    func write(_ out: inout MetricsWriter) {
        each("stockd_kafka_connected_brokers", .gauge, "Brokers connected to the client.", &out) { client in
            Int64(Set(client.brokers.values.filter { $0.nodeid >= 0 && $0.state == "UP" }.map(\.nodeid)).count)
        }
        each("stockd_kafka_queue_messages", .gauge, "Messages that wait to be sent.", &out) {
            $0.msgCnt
        }
        each("stockd_kafka_queue_bytes", .gauge, "Bytes that wait to be sent.", &out) { $0.msgSize }
        each("stockd_kafka_fetch_queue_messages", .gauge, "Messages fetched ahead.", &out) { client in
            client.partitionStates.reduce(0) { $0 + $1.fetchqCnt }
        }
        each("stockd_kafka_fetch_queue_bytes", .gauge, "Bytes fetched ahead.", &out) { client in
            client.partitionStates.reduce(0) { $0 + $1.fetchqSize }
        }
        total("stockd_kafka_sent_bytes_total", "Bytes sent to brokers.", &out) { $0.txbytes }
        total("stockd_kafka_received_bytes_total", "Bytes received from brokers.", &out) { $0.rxbytes }
        total("stockd_kafka_request_errors_total", "Requests that failed.", &out) { $0.txerrs + $0.rxerrs }
        total("stockd_kafka_request_retries_total", "Requests sent again.", &out) { $0.txretries }
        total("stockd_kafka_request_timeouts_total", "Requests that timed out.", &out) { $0.reqTimeouts }
        perBroker(
            "stockd_kafka_broker_rtt_seconds", "Round-trip time, 99th percentile of the last interval.", &out
        ) { $0.rtt.map { Double($0.p99) / 1_000_000 } }
        perBroker(
            "stockd_kafka_broker_throttle_seconds", "Throttle time, 99th percentile of the last interval.",
            &out
        ) { $0.throttle.map { Double($0.p99) / 1_000 } }
    }

    private func each(
        _ name: String, _ kind: MetricsWriter.Kind, _ help: String, _ out: inout MetricsWriter,
        _ value: (KafkaStatistics) -> Int64
    ) {
        out.family(name, kind, help)
        for (client, statistics) in clients { out.sample(name, [("client", client)], value(statistics)) }
    }

    private func total(
        _ name: String, _ help: String, _ out: inout MetricsWriter, _ value: (KafkaStatistics.Broker) -> Int64
    ) {
        each(name, .counter, help, &out) { client in client.brokers.values.reduce(0) { $0 + value($1) } }
    }

    private func perBroker(
        _ name: String, _ help: String, _ out: inout MetricsWriter,
        _ value: (KafkaStatistics.Broker) -> Double?
    ) {
        out.family(name, .gauge, help)
        for (client, statistics) in clients {
            // A broker that is a coordinator as well has a connection for each, under one number.
            var worst: [Int64: Double] = [:]
            for broker in statistics.brokers.values where broker.nodeid >= 0 {
                guard let value = value(broker) else { continue }
                worst[broker.nodeid] = max(worst[broker.nodeid] ?? 0, value)
            }
            for (broker, value) in worst.sorted(by: { $0.key < $1.key }) {
                out.sample(name, [("client", client), ("broker", "\(broker)")], value)
            }
        }
    }
}

extension KafkaStatistics {
    /// The partitions; -1 stands for messages not yet given one.
    fileprivate var partitionStates: [PartitionState] {
        topics.values.flatMap(\.partitions.values).filter { $0.partition >= 0 }
    }
}
