import BenchmarkInput
import Kafka

/// Fills the input topic.
struct Producing {
    let client: ClientSettings
    let topic: String
    let partitions: Int32
    var skew = EventText.Skew.uniform
    var texts = false

    /// Without keys, 256 events at a time to each partition in turn, as a producer's sticky partitioner does.
    func send(_ events: Int, pairs: Int, alertEvery: Int?) throws {
        let producer = try TransactionalProducer(
            client, ProducerSettings(transactionalID: nil), name: "events")
        defer { producer.close(deadlineMs: 5_000) }
        let text = EventText(
            events: events, pairs: min(pairs, events), stocking: true, alertEvery: alertEvery,
            skew: skew, texts: texts)
        try send(text, producer) { Int32($0 / 256) % partitions }
    }

    /// The events of a shop: all of a product are in one partition.
    func sendShop(_ events: Int, pairs: Int) throws {
        let producer = try TransactionalProducer(
            client, ProducerSettings(transactionalID: nil), name: "events")
        defer { producer.close(deadlineMs: 5_000) }
        let text = EventText(shopEvents: events, pairs: pairs)
        try send(text, producer) { Int32(text.products[$0]) % partitions }
    }

    private func send(
        _ text: EventText, _ producer: TransactionalProducer, _ partition: (_ index: Int) -> Int32
    ) throws {
        let handle = try producer.topic(topic)
        for index in 0..<text.count {
            try text.withEvent(index) { bytes in
                try producer.produce(
                    handle, partition: partition(index), key: nil, value: bytes)
            }
            if index % 1_000 == 0 { producer.serve() }
        }
        try producer.flush(deadlineMs: 120_000)
    }
}
