import Inventory
import Wire

/// One transaction: the records it took, and everything sent between begin and commit, in that order. It ends with
/// its outcome.
final class TransactionWriter<S: TransactionalProducing> {
    private let session: S
    private let settings: PipelineSettings
    private let placement: StatePlacement
    private let deadLetterLimits: DeadLetterLimits
    private let telemetry: Telemetry
    private let views: ViewFeed?
    private var messages: MessageEncoder
    private var state: StateEncoder
    /// Records of before a rebuild that this transaction has not written again.
    private var standing: Set<StateLocation>

    /// When it was begun in Kafka; nil before.
    private(set) var begunMs: Int64?
    /// How many input records it took, and when it took the first.
    private(set) var records = 0
    private(set) var startedMs: Int64 = 0
    /// The oldest and newest Kafka timestamps seen in it, milliseconds since the epoch.
    private(set) var recordTimes: ClosedRange<Int64>?
    /// Messages sent to outputs, dead letters included, state records not.
    private(set) var sent = 0
    private(set) var deadLetters = 0
    private(set) var alertChanges = 0
    /// Records sent to the state topic, tombstones included.
    private(set) var stateRecords = 0
    /// How long Kafka took to accept the offsets.
    private(set) var offsetsMs: Int64 = 0
    /// A checkpoint is part of it.
    private(set) var holdsCheckpoint = false

    init(
        _ session: S, _ settings: PipelineSettings, _ live: LiveShards, _ limits: DeadLetterLimits,
        _ telemetry: Telemetry, _ views: ViewFeed?
    ) {
        self.session = session
        self.settings = settings
        messages = MessageEncoder(settings.ids)
        state = StateEncoder(settings.ids)
        placement = live.placement
        deadLetterLimits = limits
        self.telemetry = telemetry
        self.views = views
        standing = live.former?.standing ?? []
    }

    // MARK: The input

    func take(records count: Int, nowMs: Int64) {
        if records == 0 { startedMs = nowMs }
        records += count
    }

    func note(timestampMs: Int64?) {
        guard let timestampMs else { return }
        let known = recordTimes ?? timestampMs...timestampMs
        recordTimes = min(known.lowerBound, timestampMs)...max(known.upperBound, timestampMs)
    }

    // MARK: Sending

    func begin() throws(SessionFailure) {
        guard begunMs == nil else { return }
        try session.begin()
        begunMs = session.nowMs
    }

    /// Sends everything but the input's dead letters, which are sent at once.
    ///
    /// The offsets go first, so that an offset of the shard covers whatever is written of it.
    func send(
        _ positions: [PartitionPosition], of live: LiveShards, rejected rows: [RejectedRow],
        withCheckpoint: Bool
    ) throws(SessionFailure) {
        let askedMs = session.nowMs
        try session.sendOffsets(positions)
        offsetsMs = session.nowMs - askedMs
        for shard in live.shards {
            for deadLetter in shard.unsentDeadLetters { try send(deadLetter, from: settings.inputTopic) }
            try shard.aggregate.consolidate { (change) throws(SessionFailure) in
                try self.send(change, of: shard)
            }
        }
        if let former = live.former {
            try send(former.referenceRejected, of: live)
            for row in former.rows { try takeBack(row) }
        }
        try send(rows, of: live)
        if withCheckpoint { try sendCheckpoint(of: live) }
        for position in positions {
            guard let shard = live.shard(of: position.partition) else { continue }
            try send(.position(position.partition, position.offset), of: shard)
        }
        for location in standing {
            try state.encodeKey(location.key) { (key) throws(SessionFailure) in
                try send(key: key, value: nil, to: location.partition)
            }
        }
    }

    /// Sends a change and the record that remembers it.
    private func send(_ change: OutputChange, of shard: Shard) throws(SessionFailure) {
        switch change {
        case .alert(let alert, let published):
            try messages.alert(alert, as: settings.alertFormat) { (key, value) throws(SessionFailure) in
                try session.send(OutgoingMessage(topic: .alerts, key: key, value: value))
            }
            try send(.alert(alert.pair, published), of: shard)
            telemetry.published(alert)
            views?.note(alert)
            alertChanges += 1
        case .stock(let pair, let row, let fingerprint):
            try messages.stock(pair, row) { (key, value) throws(SessionFailure) in
                try session.send(OutgoingMessage(topic: .stockLevels, key: key, value: value))
            }
            try send(.stockFingerprint(pair, fingerprint), of: shard)
        case .rollup(let product, let row, let fingerprint):
            try messages.rollup(product, row) { (key, value) throws(SessionFailure) in
                try session.send(OutgoingMessage(topic: .rollup, key: key, value: value))
            }
            try send(.rollupFingerprint(product, fingerprint), of: shard)
        }
        sent += 1
    }

    /// Takes back what was published of a row while its ids were of another kind; its record is among those that are
    /// deleted.
    private func takeBack(_ row: FormerRow) throws(SessionFailure) {
        let topic: Topic
        switch (row.published, row.warehouse) {
        case (.alert(let alert), _):
            guard alert.level != nil else { return }
            topic = .alerts
        case (.row(0), _): return
        case (.row, .some): topic = .stockLevels
        case (.row, nil): topic = .rollup
        }
        guard settings.outputTopics.contains(topic) else { return }
        try messages.former(row, as: settings.alertFormat) { (key, value) throws(SessionFailure) in
            try session.send(OutgoingMessage(topic: topic, key: key, value: value))
        }
        if topic == .alerts { alertChanges += 1 }
        sent += 1
    }

    private func sendCheckpoint(of live: LiveShards) throws(SessionFailure) {
        holdsCheckpoint = true
        for shard in live.shards {
            try shard.aggregate.forEachDirtyPart { (part) throws(SessionFailure) in
                switch part {
                case .entries(let bucket, let entries):
                    try send(.entries(bucket: bucket, entries), of: shard)
                case .ids(let input, let bucket):
                    try send(.ids(shard.inputs[input].partition, bucket), of: shard)
                case .movements(let images): try send(.movements(images), of: shard)
                }
            }
            if live.former != nil { try sendPublished(of: shard) }
            for record in shard.checkpointRecords(settings) { try send(.checkpoint(record), of: shard) }
        }
    }

    /// Writes again what was published: its old records may be in other partitions.
    private func sendPublished(of shard: Shard) throws(SessionFailure) {
        try shard.aggregate.forEachPublished { (published) throws(SessionFailure) in
            switch published {
            case .alert(let pair, let alert): try send(.alert(pair, alert), of: shard)
            case .stock(let pair, let fingerprint): try send(.stockFingerprint(pair, fingerprint), of: shard)
            case .rollup(let product, let fingerprint):
                try send(.rollupFingerprint(product, fingerprint), of: shard)
            }
        }
    }

    private func send(_ record: StateRecord, of shard: Shard) throws(SessionFailure) {
        guard shard.isCovered else {
            throw .fatal("state of a shard was to be written whose offset is not part of the transaction")
        }
        let partition = placement.partition(of: record.key, shardOf: shard.inputs[0].partition)
        if !standing.isEmpty { standing.remove(StateLocation(partition: partition, key: record.key)) }
        try state.encode(record) { (key, value) throws(SessionFailure) in
            try send(key: key, value: value, to: partition)
        }
    }

    private func send(
        key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?, to partition: Partition
    ) throws(SessionFailure) {
        stateRecords += 1
        try session.send(OutgoingMessage(topic: .state, partition: partition, key: key, value: value))
    }

    // MARK: Dead letters

    /// Sends a rejected event to the dead letters.
    func reject(
        _ record: TopicRecord, _ envelope: @autoclosure () -> Envelope, _ error: BadEvent
    ) throws(SessionFailure) {
        let source = Source(partition: record.partition, offset: record.offset)
        telemetry.rejected(error, at: source)
        guard settings.hasDeadLetterTopic else { return }
        try begin()
        try send(
            OutgoingMessage(topic: .deadLetters, key: record.key, value: record.value, envelope: envelope()),
            error, from: settings.inputTopic, source)
    }

    /// Sends the rejected reference rows, and the record of how far they were sent.
    private func send(_ rows: [RejectedRow], of live: LiveShards) throws(SessionFailure) {
        guard !rows.isEmpty else { return }
        var offsets = ReferenceOffsets()
        for row in rows {
            if settings.hasDeadLetterTopic {
                try send(row.deadLetter, from: settings.referenceTopics[row.kind]?.name ?? row.kind.name)
            }
            offsets.raise(row.kind, row.partition, to: row.offset.next)
        }
        try send(offsets, of: live)
    }

    private func send(_ offsets: ReferenceOffsets, of live: LiveShards) throws(SessionFailure) {
        guard let shard = live.shard(of: Partition(0)) else { return }
        for (kind, partition, offset) in offsets.all {
            try send(.referenceRejected(kind, partition, offset), of: shard)
        }
    }

    private func send(_ deadLetter: KeptDeadLetter, from topic: String) throws(SessionFailure) {
        try deadLetter.withMessage { (message) throws(SessionFailure) in
            try send(message, deadLetter.error, from: topic, deadLetter.source)
        }
    }

    private func send(
        _ message: OutgoingMessage, _ error: BadEvent, from topic: String, _ source: Source
    ) throws(SessionFailure) {
        var message = message
        var envelope = message.envelope ?? Envelope()
        for (name, value) in [
            ("topic", topic),
            ("partition", String(source.partition.rawValue)),
            ("offset", String(source.offset.rawValue)),
            ("reason", error.reason.rawValue),
            ("message", error.message),
        ] {
            envelope.headers.append((name: "__stockd.errors.\(name)", value: Array(value.utf8)))
        }
        message.envelope = envelope
        deadLetterLimits.fit(&message)
        // Counted first, since one that is refused at once may be why the transaction fails.
        deadLetters += 1
        try session.send(message)
        sent += 1
    }
}
