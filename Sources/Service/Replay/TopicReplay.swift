public import Inventory
public import Kafka
public import Pipeline
public import Wire

/// Reads the input and the reference topics once more, up to a moment, and applies them as the daemon does:
/// `stockd replay --kafka`. It joins no group and writes nothing.
public final class TopicReplay {
    /// How far the topics are read.
    public enum Moment: Equatable, Sendable {
        /// To their present ends.
        case present
        /// Of each partition the records before the first that was written later.
        case recordTime(Timestamp)
        /// To their present ends, but only events whose `event_time` is not later count.
        case eventTime(Timestamp)
        /// Of each partition of the input the records before an offset; reference topics to their present ends.
        case offsets([Partition: Offset])

        /// Whether it is a state that the log had earlier, and not one that all of it gives.
        public var isEarlier: Bool {
            switch self {
            case .recordTime, .offsets: true
            case .present, .eventTime: false
            }
        }
    }

    /// What was read, of how many offsets.
    public typealias Progress = (ReadProgress) -> Void

    private let configuration: Configuration
    private let settings: PipelineSettings
    private let client: ClientSettings
    let admin: Admin
    private let timeoutMs: Int32
    private let files: Catalog
    private let note: (String) -> Void
    /// Where the history of the input begins and ends.
    public let history: InputHistory

    /// - Parameters:
    ///   - files: the reference tables that come from files.
    ///   - note: called with what a person should know although it is no mistake.
    public init(
        _ configuration: Configuration, client: ClientSettings, files: Catalog, release: String,
        note: @escaping (String) -> Void
    ) throws(StopReason) {
        self.configuration = configuration
        self.client = client
        self.files = files
        self.note = note
        settings = configuration.pipelineSettings(release: release)
        timeoutMs = Int32(clamping: (configuration.kafka.brokerDeadline ?? .seconds(10)).milliseconds)
        let admin = try forKafka("kafka.properties") { () throws(KafkaError) in try Admin(client) }
        self.admin = admin
        let (servers, limit) = (client.bootstrapServers, timeoutMs)
        try forKafka("kafka.brokers: \(servers) does not answer") { () throws(KafkaError) in
            try admin.ping(timeoutMs: limit)
        }
        // First the checkpoints: a daemon that runs goes on, and none may be ahead of the log's end.
        let stored = try Self.checkpoints(configuration, client, admin, release, timeoutMs: timeoutMs, note)
        history = try InputHistory(
            configuration, TopicScan(client, admin, configuration.input.topic, timeoutMs: timeoutMs), admin,
            stored: stored, timeoutMs: timeoutMs)
    }

    deinit { admin.close(deadlineMs: 2_000) }

    /// The daemon's checkpoints by input partition; none before its first start.
    private static func checkpoints(
        _ configuration: Configuration, _ client: ClientSettings, _ admin: Admin, _ release: String,
        timeoutMs: Int32, _ note: (String) -> Void
    ) throws(StopReason) -> [Partition: CheckpointRecord] {
        let topic = configuration.stateTopic
        let scan = TopicScan(client, admin, topic, timeoutMs: timeoutMs)
        guard let ranges = try scan.bounds() else {
            note("\(topic) does not exist: no daemon of this group has run, so input.start says where history begins")
            return [:]
        }
        let ids = configuration.ids.table
        var found: [StateLocation: CheckpointRecord] = [:]
        var unread = UnreadRecords(topic: topic, thisRelease: release)
        try scan.forEach(in: ranges) { (record) throws(StopReason) in
            guard let key = StateRecord.Key(record.key, ids), case .checkpoint = key else { return }
            let partition = Partition(record.partition)
            let location = StateLocation(partition: partition, key: key)
            do throws(StateRecordError) {
                let state = try StateRecord(key: record.key, value: record.value, ids)
                if case .checkpoint(let checkpoint)? = state {
                    found[location] = checkpoint
                } else {
                    found[location] = nil
                }
            } catch {
                unread.note(error, at: StateRecord.Location(partition, Offset(record.offset)))
            }
        }
        if let problem = unread.problem { throw StopReason(.configuration, problem) }
        return Dictionary(found.values.map { ($0.partition, $0) }) { $0.offset > $1.offset ? $0 : $1 }
    }

    /// A replay that stands at the beginning, with the present reference tables, and knows every output.
    func beginAudit() throws(StopReason) -> EventReplay {
        EventReplay(settings, catalog: try catalog(at: .present), from: history.starts, outputs: settings.outputs)
    }

    /// A replay that stands at the beginning.
    public func begin(at moment: Moment) -> EventReplay {
        let replay = EventReplay(settings, catalog: Catalog(), from: history.starts)
        if case .eventTime(let time) = moment { replay.latest = time }
        return replay
    }

    /// Reads on to a moment, the reference tables of that moment first.
    /// - Parameters:
    ///   - reject: called with each event that does not count.
    ///   - commit: called behind each batch, or behind each event where `commitsEach`.
    public func read(
        _ replay: EventReplay, to moment: Moment, commitsEach: Bool, progress: Progress,
        reject: (BadEvent, Source) -> Void, commit: () -> Void
    ) throws(StopReason) {
        replay.adopt(try catalog(at: moment))
        commit()
        let ranges = try history.ranges(from: replay.positions, to: moment)
        try scan(replay, ranges, Self.limitMs(moment), progress, reject: reject, applied: { _ in }) {
            if $0 == commitsEach { commit() }
        }
        do throws(SessionFailure) { try replay.checkKeying() } catch {
            throw StopReason(.configuration, error.message)
        }
    }

    /// Reads on to offsets that the daemon has committed, without looking at the reference tables again.
    /// - Parameter applied: called behind each record, with its place.
    func read(
        _ replay: EventReplay, upTo offsets: [Partition: Offset], progress: Progress, applied: (Source) -> Void
    ) throws(StopReason) {
        var ranges: [Int32: Range<Int64>] = [:]
        for position in replay.positions {
            guard let end = offsets[position.partition], end > position.offset else { continue }
            ranges[position.partition.rawValue] = position.offset.rawValue..<end.rawValue
        }
        try scan(replay, ranges, nil, progress, reject: { _, _ in }, applied: applied) {
            if !$0 { replay.commit() }
        }
    }

    /// - Parameter commit: called behind each record with true, and behind each batch with false.
    private func scan(
        _ replay: EventReplay, _ ranges: [Int32: Range<Int64>], _ limitMs: Int64?, _ progress: Progress,
        reject: (BadEvent, Source) -> Void, applied: (Source) -> Void, commit: (_ isOfRecord: Bool) -> Void
    ) throws(StopReason) {
        let total = ranges.values.reduce(0) { $0 + Int64($1.count) }
        var done: Int64 = 0
        var passed: Set<Int32> = []
        let scan = TopicScan(client, admin, configuration.input.topic, timeoutMs: timeoutMs)
        try scan.forEachBatch(in: ranges, waits: false) { (batch) throws(StopReason) in
            for index in 0..<batch.count {
                let record = batch[index]
                guard let range = ranges[record.partition], range.contains(record.offset) else { continue }
                done += 1
                if let limitMs {
                    if passed.contains(record.partition) { continue }
                    if record.timestampMs > limitMs {
                        passed.insert(record.partition)
                        continue
                    }
                }
                try apply(record, replay, reject)
                applied(Source(partition: Partition(record.partition), offset: Offset(record.offset)))
                commit(true)
            }
            commit(false)
            progress(ReadProgress(done: done, total: total))
            return passed.count < ranges.count
        }
    }

    /// The last millisecond whose records count.
    private static func limitMs(_ moment: Moment) -> Int64? {
        guard case .recordTime(let time) = moment else { return nil }
        let (milliseconds, rest) = time.microseconds.quotientAndRemainder(dividingBy: 1_000)
        return rest < 0 ? milliseconds - 1 : milliseconds
    }

    private func apply(
        _ record: Record, _ replay: EventReplay, _ reject: (BadEvent, Source) -> Void
    ) throws(StopReason) {
        let source = Source(partition: Partition(record.partition), offset: Offset(record.offset))
        do throws(SessionFailure) {
            let taken = TopicRecord(
                partition: source.partition, offset: source.offset, key: record.key, value: record.value)
            if let error = try replay.apply(taken) { reject(error, source) }
        } catch {
            let place = "\(configuration.input.topic)[\(record.partition)] at offset \(record.offset)"
            throw StopReason(.configuration, [place, error.message].joined(separator: " "))
        }
    }

    // MARK: Reference tables

    /// The tables as of a moment: those from files as they are now.
    private func catalog(at moment: Moment) throws(StopReason) -> Catalog {
        var (products, warehouses, thresholds) = (files.products, files.warehouses, files.thresholds)
        for (kind, topic) in configuration.referenceTopics {
            let tables = try tables(of: kind, topic, moment)
            switch kind {
            case .products: products = tables.products.rows
            case .warehouses: warehouses = tables.warehouses.rows
            case .thresholds: thresholds = tables.thresholds.rows
            }
        }
        return Catalog(products: products, warehouses: warehouses, thresholds: thresholds)
    }

    private func tables(
        of kind: ReferenceKind, _ topic: PipelineSettings.ReferenceTopic, _ moment: Moment
    ) throws(StopReason) -> FollowedTables {
        let scan = TopicScan(client, admin, topic.name, timeoutMs: timeoutMs)
        guard let ranges = try scan.bounds() else {
            throw StopReason(
                .configuration,
                "reference.\(kind.name).topic: \(topic.name) does not exist, so there is nothing to read")
        }
        let decoder = ReferenceDecoder(format: topic.format, ids: settings.ids)
        let limitMs = Self.limitMs(moment)
        var tables = FollowedTables(settings.ids)
        var (rejected, later) = (0, 0)
        try scan.forEach(in: ranges) { (record) throws(StopReason) in
            if let limitMs, record.timestampMs > limitMs {
                later += 1
                return
            }
            do throws(BadEvent) {
                _ = try tables.apply(key: record.key, value: record.value, of: kind, decoder) { _ in }
            } catch {
                rejected += 1
            }
        }
        if rejected > 0 { note("\(topic.name): \(Counted.text(rejected, "record")) left out that hold no row") }
        if later > 0 {
            note(
                "\(topic.name): \(Counted.text(later, "record")) left out that were written later; where compaction "
                    + "has removed the earlier record of a row, that row is missing")
        }
        return tables
    }
}
