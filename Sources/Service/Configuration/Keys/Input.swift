public import Pipeline
public import Wire

extension Configuration {
    public struct Input: Equatable, Sendable {
        public var topic: String
        public var start: PipelineSettings.Start
        public var keyedBy: KeyedBy
        public var format: SourceFormat
        public var onTruncate: PipelineSettings.OnTruncate

        init(_ read: inout Reading) {
            read.section("input", "Where order events come from.")
            topic = read("input.topic", .topic, default: Keys.pipeline.inputTopic, "The topic of order events.")
            start = read(
                "input.start", .start, default: Keys.pipeline.start.text,
                """
                Where to begin in a partition that the group has no committed offset for: earliest, latest,
                or the first message at or after an instant. Stock is 0 there, whatever came before.
                """)
            keyedBy = read(
                "input.keyed_by", .choice, default: Keys.pipeline.keyedBy.rawValue,
                """
                product: each product's events are all in one partition (the producer's message key is the
                product), so any number of workers and machines may share the topic. none: a product's events
                may be in any partition, and one worker owns all of them.
                """)
            // input.format, input.fields, input.encodings, input.unwrap_prefix
            format = SourceFormat(
                &read, "input",
                names: ["event_id", "event_type", "product_id", "warehouse_id", "quantity", "event_time"],
                example: "  quantity: qty\n  product_id: line.product.id", encodings: "  event_time: us")
            onTruncate = read(
                "input.on_truncate", .choice, default: Keys.pipeline.onTruncate.rawValue,
                """
                What to do when the database's events table is truncated (Debezium reports it only with
                skipped.operations: none). refuse: send the message to the dead letters and keep the stock.
                apply: take back all events.
                """)
        }
    }
}

extension Kind where Value == PipelineSettings.Start {
    static let start = scalar("earliest, latest or timestamp:2026-03-30T08:00:00Z (RFC 3339)") { text in
        switch text {
        case "earliest": return .earliest
        case "latest": return .latest
        default:
            guard text.hasPrefix("timestamp:") else { return nil }
            return InstantText.read(String(text.dropFirst("timestamp:".count))).map { .timestamp($0) }
        }
    }
}

extension PipelineSettings.Start {
    /// As `input.start` is written.
    fileprivate var text: String {
        switch self {
        case .earliest: "earliest"
        case .latest: "latest"
        case .timestamp(let time): "timestamp:\(InstantText.write(time))"
        }
    }
}
