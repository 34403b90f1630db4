import CRDKafka

/// One client that reads partitions through librdkafka's simple consumer, which knows no groups.
final class ReaderSession {
    let client: Client
    let fetcher: Fetcher
    private let topicHandle: OpaquePointer

    init(_ settings: ClientSettings, topic: String, from starts: [PartitionOffset], name: String)
        throws(KafkaError)
    {
        // Only the leader knows where a partition ends. A nearby replica may lag, or not respond.
        var settings = settings
        settings.properties["client.rack"] = nil
        let client = try Client(
            .consumer, name, settings, tuned: FetchWaker.fetching, fixed: Consumer.readingProperties)
        guard let topicHandle = rd_kafka_topic_new(client.handle, topic, nil),
            let queue = rd_kafka_queue_new(client.handle)
        else {
            client.close(deadlineMs: 1000)
            throw .own(rd_kafka_last_error(), "topic name \(topic) is not valid")
        }
        self.client = client
        self.topicHandle = topicHandle
        fetcher = Fetcher(client, queue: queue, topic: topic)
        fetcher.restart(at: starts)
        for start in starts
        where rd_kafka_consume_start_queue(topicHandle, start.partition, start.offset, queue) != 0 {
            let code = rd_kafka_last_error()
            close(deadlineMs: 1000)
            throw .own(code, "\(topic)[\(start.partition)] cannot be read from offset \(start.offset)")
        }
    }

    @discardableResult
    func close(deadlineMs: Int32) -> Bool {
        if client.isClosed { return !client.isLost }
        fetcher.close()
        let topicHandle = topicHandle
        return client.close(deadlineMs: deadlineMs) { _ in rd_kafka_topic_destroy(topicHandle) }
    }
}
