import Inventory
import Wire

/// Applies the input of a shard up to given offsets, publishing nothing.
final class InputReplay<S: TopicSource> {
    let shard: Shard
    private let session: S
    private let decoder: ShardDecoder
    private let settings: PipelineSettings
    private let telemetry: Telemetry
    private let targets: [Offset]
    /// By input partition: its index in the shard.
    private let indices: [Partition: Int]
    private var reader: S.Reader?
    /// By input partition of the shard, the offset from which nobody has read before: what is rejected there has no
    /// dead letter yet.
    var unread: [Offset?] = []
    private var keptBytes = 0
    /// The most that is kept in memory and sent in one transaction.
    private static var keptLimit: (deadLetters: Int, bytes: Int) { (100_000, 64 << 20) }

    init(
        session: S, settings: PipelineSettings, decoder: ShardDecoder, telemetry: Telemetry, shard: Shard,
        targets: [Offset]
    ) {
        self.session = session
        self.settings = settings
        self.decoder = decoder
        self.telemetry = telemetry
        self.shard = shard
        self.targets = targets
        indices = Dictionary(uniqueKeysWithValues: shard.partitions.enumerated().map { ($1, $0) })
    }

    /// Applies some more; true when every partition has reached its target.
    func advance() throws(SessionFailure) -> Bool {
        if reader == nil { reader = try makeReader() }
        guard let reader else { return false }
        guard let count = try reader.poll(waitMs: 100) else {
            finish()
            return true
        }
        for index in 0..<count {
            let record = reader.record(index)
            if shard.history != nil { note(reader.timestampMs(index)) }
            if let error = try apply(record) { try keep(record, reader.envelope(index), error) }
        }
        shard.commitAggregate()
        telemetry.recovering("input", reader.progress)
        return false
    }

    /// A batch can be of a long time, and its records were committed in many transactions: each second is one here.
    private func note(_ timeMs: Int64?) {
        if shard.history?.isLater(timeMs) == true { shard.commitAggregate() }
        shard.history?.note(timeMs)
    }

    private func makeReader() throws(SessionFailure) -> S.Reader {
        var spans: [TopicSpan] = []
        for (input, target) in zip(shard.inputs, targets) where input.next < target {
            spans.append(TopicSpan(input.partition, from: input.next, to: target))
        }
        return try session.reader(.input, spans)
    }

    /// The last records before a committed offset may be control records or compacted away.
    private func finish() {
        for (index, target) in targets.enumerated() {
            shard.inputs[index].next = target
            shard.inputs[index].committed = target
        }
        reader = nil
    }

    /// - Returns: why the record is rejected, if it is.
    private func apply(_ record: TopicRecord) throws(SessionFailure) -> BadEvent? {
        guard let index = indices[record.partition], record.offset < targets[index] else { return nil }
        let message: InputMessage
        do throws(BadEvent) {
            message = try decoder.decode(key: record.key, value: record.value, for: shard)
        } catch {
            return error
        }
        let source = Source(partition: record.partition, offset: record.offset)
        let outcome = try shard.apply(message, input: index, source: source, settings)
        if case .rejected(let error) = outcome { return error }
        return nil
    }

    /// Keeps the dead letter of an event that nobody has read before, for the first transaction. An event that is
    /// read again has its dead letter already.
    private func keep(_ record: TopicRecord, _ envelope: Envelope, _ error: BadEvent) throws(SessionFailure) {
        guard let index = indices[record.partition], index < unread.count, let first = unread[index],
            record.offset >= first
        else { return }
        telemetry.rejected(error, at: Source(partition: record.partition, offset: record.offset))
        guard settings.hasDeadLetterTopic else { return }
        let deadLetter = KeptDeadLetter(record, envelope, error)
        keptBytes += deadLetter.byteCount
        shard.unsentDeadLetters.append(deadLetter)
        let count = shard.unsentDeadLetters.count
        guard count > Self.keptLimit.deadLetters || keptBytes > Self.keptLimit.bytes else { return }
        throw .misconfigured(
            "\(settings.inputTopic) holds more rejected events than one transaction can send to the dead "
                + "letters (\(count)). Check that input.topic names the right topic. If it does, set "
                + "input.start to a later time, or start with no state under another kafka.group_id.")
    }
}
