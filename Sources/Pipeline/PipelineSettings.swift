public import Inventory
public import Wire

/// What a worker has to know of the configuration.
public struct PipelineSettings: Sendable {
    /// A compacted topic that holds a reference table.
    public struct ReferenceTopic: Sendable {
        public var name: String
        /// How its messages are written.
        public var format: SourceFormat

        public init(name: String, format: SourceFormat = SourceFormat()) {
            self.name = name
            self.format = format
        }
    }

    /// Where a partition that nobody committed for is begun.
    public enum Start: Sendable, Equatable {
        case earliest
        case latest
        case timestamp(Timestamp)
    }

    /// What decides which partition an order event is in.
    public enum KeyedBy: String, Sendable {
        /// Nothing known: one worker owns every partition.
        case none
        /// The product: workers and machines may share the partitions.
        case product
    }

    public enum Delivery: String, Sendable {
        case exactlyOnce = "exactly_once"
        case atLeastOnce = "at_least_once"
    }

    public enum AlertFormat: String, Sendable {
        case changes
        case upsert
    }

    /// The sign each event type takes its quantity with: -1, 0 or 1.
    public var eventTypes = ["RECEIVED": 1, "RETURNED": 1, "SHIPPED": -1]
    public var unknownType = UnknownType.movesNothing
    /// How the messages of the input topic are written.
    public var inputFormat = SourceFormat()
    /// A TRUNCATE of the events table takes all events back; otherwise it is refused to the dead letters.
    public var appliesTruncate = false
    /// The reference tables that come from topics.
    public var referenceTopics: [ReferenceKind: ReferenceTopic] = [:]
    /// Event ids remembered below the highest of each partition; 0 remembers none.
    public var dedupeWindow: UInt64 = 16_777_216
    public var start = Start.earliest
    public var keyedBy = KeyedBy.none
    public var delivery = Delivery.exactlyOnce
    public var alertFormat = AlertFormat.changes
    public var outputs = Aggregate.Outputs()
    /// False when no dead-letter topic is configured: bad events are then counted and logged.
    public var hasDeadLetterTopic = true
    public var maxBatchEvents = 1_000
    public var commitIntervalMs: Int64 = 50
    /// On a backlog so many times as long is gathered as Kafka was waited for in the commit before.
    public var gatheringPerWait: Int64 = 29
    /// 0 writes a checkpoint in every transaction.
    public var checkpointIntervalMs: Int64 = 5_000
    /// Bytes of a checkpoint that one transaction holds; what is more goes into the following ones.
    public var checkpointSliceBytes = 1 << 21
    /// After so long the coordinator ends a transaction that is still open.
    public var transactionTimeoutMs: Int64 = 10_000
    /// After so long without a heartbeat a member of the group counts as dead.
    public var sessionTimeoutMs: Int64 = 10_000
    /// Goes on where the log no longer holds what was not yet read.
    public var acceptsDataLoss = false
    /// Recomputes the state from the beginning of the log.
    public var rebuilds = false
    /// Keeps the stock and applies changed rules from here on.
    public var acceptsConfigChange = false
    /// The input topic's name, for messages and dead letters.
    public var inputTopic = "order-events"
    public var stateTopic = "stockd-state"
    /// The consumer group, whose state it is.
    public var groupID = "stockd"
    public var release = "0.1.0"

    public init() {}

    /// The settings that shape the state, as `name=value` lines; checkpoints carry them.
    public var fingerprint: String {
        ([
            "kafka.group_id=\(groupID)",
            "input.topic=\(inputTopic)",
            "input.keyed_by=\(keyedBy.rawValue)",
            "events.types="
                + eventTypes.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
                .joined(separator: ","),
            "events.unknown_type=\(unknownType == .deadLetter ? "dead_letter" : "ignore")",
            "events.dedupe_window=\(dedupeWindow)",
        ] + inputFormat.fingerprint("input") + (appliesTruncate ? ["input.on_truncate=apply"] : []))
        .joined(separator: "\n")
    }

    /// What transactions write to.
    var outputTopics: [Topic] {
        var topics: [Topic] = [.state, .alerts]
        if hasDeadLetterTopic { topics.append(.deadLetters) }
        if outputs.stockLevels { topics.append(.stockLevels) }
        if outputs.rollup { topics.append(.rollup) }
        return topics
    }

    /// The input may hold changes of rows, not only events that stay as they are.
    var mayFollowRows: Bool { inputFormat.envelope != .json }
}
