/// Everything the daemon is told, each value already checked.
public struct Configuration: Sendable {
    public var kafka: Kafka
    public var input: Input
    public var delivery: Delivery
    /// Threads with a consumer and a producer each.
    public var workers: Int
    public var events: Events
    public var reference: Reference
    public var alerts: Alerts
    public var outputs: Outputs
    public var deadLetters: DeadLetters
    public var topics: Topics
    public var batch: Batch
    public var commit: Commit
    public var checkpoint: Checkpoint
    public var state: State
    public var http: HTTP
    public var log: Log
    /// Every key with its value and origin, for the log and for `check`; secrets are not in it.
    public private(set) var settings: [Setting] = []

    init(_ read: inout Reading) {
        kafka = Kafka(&read)
        input = Input(&read)
        delivery = read(Keys.Input.delivery)
        workers = read(Keys.Input.workers)
        events = Events(&read)
        reference = Reference(&read)
        alerts = Alerts(&read)
        outputs = Outputs(
            stockLevelsTopic: read(Keys.Alerts.stockLevelsTopic), rollupTopic: read(Keys.Alerts.rollupTopic))
        deadLetters = DeadLetters(
            topic: read(Keys.Alerts.deadLettersTopic), replayedTopic: read(Keys.Alerts.replayedTopic))
        topics = Topics(&read)
        batch = Batch(maxEvents: read(Keys.Pace.batchMaxEvents))
        commit = Commit(interval: read(Keys.Pace.commitInterval))
        checkpoint = Checkpoint(interval: read(Keys.Pace.checkpointInterval))
        state = State(topic: read(Keys.Pace.stateTopic))
        http = HTTP(listen: read(Keys.Web.listen), token: read(Keys.Web.token))
        log = Log(level: read(Keys.Log.level), format: read(Keys.Log.format))
        settings = read.settings
    }

    public enum Delivery: String, Sendable, CaseIterable {
        case exactlyOnce = "exactly_once"
        case atLeastOnce = "at_least_once"
    }

    public struct Outputs: Equatable, Sendable {
        /// Nil: not published.
        public var stockLevelsTopic: String?
        /// Nil: not published.
        public var rollupTopic: String?
    }

    public struct DeadLetters: Equatable, Sendable {
        /// Nil: bad events are counted and logged.
        public var topic: String?
        /// Nil: named after the group, see `Configuration.replayedTopic`.
        public var replayedTopic: String?
    }

    public struct Batch: Equatable, Sendable {
        public var maxEvents: Int
    }

    public struct Commit: Equatable, Sendable {
        public var interval: Duration
    }

    public struct Checkpoint: Equatable, Sendable {
        /// Zero: in every transaction.
        public var interval: Duration
    }

    public struct State: Equatable, Sendable {
        /// Nil: named after the group, see `Configuration.stateTopic`.
        public var topic: String?
    }

    public struct HTTP: Equatable, Sendable {
        /// Nil: no HTTP.
        public var listen: ListenAddress?
        public var token: Secret?
    }

    /// The topic of checkpoints and of the published alerts.
    public var stateTopic: String { state.topic ?? kafka.groupID + "-state" }
}
