public import Inventory
import Kafka
public import Wire

/// What a worker has to know of the configuration.
public struct PipelineSettings: Sendable {
    /// A compacted topic that holds a reference table.
    public struct ReferenceTopic: Equatable, Sendable {
        public var name: String
        /// How its messages are written.
        public var format: SourceFormat

        public init(name: String, format: SourceFormat = SourceFormat()) {
            self.name = name
            self.format = format
        }
    }

    /// Where to begin in a partition without a committed offset.
    public enum Start: Sendable, Equatable {
        case earliest
        case latest
        case timestamp(Timestamp)
    }

    /// What becomes of a TRUNCATE of the events table: it is rejected to the dead letters, or takes all events back.
    public enum OnTruncate: String, Sendable, CaseIterable { case refuse, apply }

    /// What the ids are. All parts of a process that hand ids to each other must have the same.
    public var ids = IDs.integers
    /// The sign each event type takes its quantity with: -1, 0 or 1.
    public var eventTypes = SignTable.standardSigns
    public var unknownType = UnknownType.ignore
    /// How the messages of the input topic are written.
    public var inputFormat = SourceFormat()
    public var onTruncate = OnTruncate.refuse
    /// The reference tables that come from topics.
    public var referenceTopics: [ReferenceKind: ReferenceTopic] = [:]
    /// Distinct event ids that each input partition remembers at least; 0 remembers none.
    public var dedupeWindow = 4_194_304
    public var start = Start.earliest
    public var keyedBy = KeyedBy.none
    public var alertFormat = AlertFormat.changes
    public var outputs = Aggregate.Outputs()
    /// False when no dead-letter topic is configured: bad events are then counted and logged.
    public var hasDeadLetterTopic = true
    public var maxBatchEvents = 1_000
    public var commitIntervalMs: Int64 = 50
    /// On a backlog a transaction gathers this many times as long as the last commit waited for Kafka.
    public var gatheringPerWait: Int64 = 29
    /// The least time between checkpoints; 0 writes one in every transaction but those after a time-out.
    public var checkpointIntervalMs: Int64 = 5_000
    /// How many changes of stock all input partitions together keep for the history; 0 keeps none.
    public var historyChanges = 250_000
    /// The coordinator aborts a transaction that is open for this long.
    public var transactionTimeoutMs = Int64(ProducerSettings(transactionalID: nil).transactionTimeoutMs)
    /// A member of the group counts as dead after this long without a heartbeat.
    public var sessionTimeoutMs = Int64(ConsumerSettings(groupID: "", topic: "").sessionTimeoutMs)
    /// Goes on although the log has deleted records that were not read.
    public var acceptsDataLoss = false
    /// Recomputes the state from the beginning of the log.
    public var rebuilds = false
    /// Keeps the stock and applies changed rules from here on.
    public var acceptsConfigChange = false
    /// The input topic's name, for messages and dead letters.
    public var inputTopic = "order-events"
    public var stateTopic: String
    /// The consumer group, whose state it is.
    public var groupID = "stockd"
    public var release = ""

    public init() { stateTopic = Self.stateTopic(ofGroup: groupID) }

    public static func stateTopic(ofGroup id: String) -> String { id + "-state" }

    /// The settings that shape the state, as `name=value` lines; checkpoints carry them.
    public var fingerprint: String {
        ([
            "kafka.group_id=\(groupID)",
            "input.topic=\(inputTopic)",
            "input.keyed_by=\(keyedBy.rawValue)",
            "events.types="
                + eventTypes.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
                .joined(separator: ","),
            "events.unknown_type=\(unknownType.rawValue)",
            "events.dedupe_window=\(dedupeWindow)",
        ] + idLines + inputFormat.fingerprint("input") + (onTruncate == .apply ? ["input.on_truncate=apply"] : []))
        .joined(separator: "\n")
    }

    private var idLines: [String] {
        [("event", ids.event), ("product", ids.product), ("warehouse", ids.warehouse)].filter { $1 != .integer }
            .map { "ids.\($0)=\($1.rawValue)" } + (ids.areNumbers ? [] : ["ids.max_names=\(ids.maxNames)"])
    }

    /// The topics that transactions write to.
    var outputTopics: [Topic] {
        var topics: [Topic] = [.state, .alerts]
        if hasDeadLetterTopic { topics.append(.deadLetters) }
        if outputs.stockLevels { topics.append(.stockLevels) }
        if outputs.rollup { topics.append(.rollup) }
        return topics
    }

    /// Whether the input may hold changes of rows.
    var mayFollowRows: Bool { inputFormat.envelope != .json }
}
