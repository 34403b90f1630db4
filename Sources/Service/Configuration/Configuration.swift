/// The daemon's settings, each value already checked.
public struct Configuration: Sendable {
    public var kafka: Kafka
    public var input: Input
    /// Threads with a consumer and a producer each.
    public var workers: Int
    public var ids: Identifiers
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
    public var history: History
    public var postgres: Postgres
    public var notify: Notify
    public var log: Log
    /// Every key with its value and origin, for the log and for `check`; secrets are not in it.
    public private(set) var settings: [Setting] = []
    /// Settings that are right but have no effect, with what to do about each.
    public internal(set) var notes: [Mistake] = []

    /// Where each librdkafka property of `kafka.properties` was found.
    var propertyOrigins: [String: Origin] = [:]

    init(_ read: inout Reading) {
        kafka = Kafka(&read)
        input = Input(&read)
        workers = Self.workers(&read)
        ids = Identifiers(&read)
        events = Events(&read)
        reference = Reference(&read)
        alerts = Alerts(&read)
        outputs = Outputs(&read)
        deadLetters = DeadLetters(&read)
        topics = Topics(&read)
        batch = Batch(&read)
        commit = Commit(&read)
        checkpoint = Checkpoint(&read)
        state = State(&read)
        http = HTTP(&read)
        history = History(&read)
        postgres = Postgres(&read)
        log = Log(&read)
        // Last, because the keys of its receivers differ from file to file.
        notify = Notify(&read)
        settings = read.settings
    }
}
