import Inventory
import Wire

/// Applies the input from a checkpoint's barriers to the committed offsets, publishing nothing.
final class InputReplay<L: Log> {
    let shard: Shard
    private let log: L
    private let decoder: InputDecoder
    private let settings: PipelineSettings
    private let telemetry: Telemetry
    private let targets: [Offset]
    /// By input partition: its lane.
    private let lanes: [Partition: Int]
    private var reader: L.Reader?
    /// By lane, from where on nobody has read before, so that what is refused is no dead letter yet.
    var unread: [Offset?] = []
    private var keptBytes = 0
    /// Kept in memory and sent in one transaction.
    private static var keptLimit: (letters: Int, bytes: Int) { (100_000, 64 << 20) }

    init(
        log: L, settings: PipelineSettings, decoder: InputDecoder, telemetry: Telemetry, shard: Shard,
        targets: [Offset]
    ) {
        self.log = log
        self.settings = settings
        self.decoder = decoder
        self.telemetry = telemetry
        self.shard = shard
        self.targets = targets
        lanes = Dictionary(uniqueKeysWithValues: shard.partitions.enumerated().map { ($1, $0) })
    }

    /// Applies some more; true when every partition has reached its committed offset.
    func advance() throws(LogFailure) -> Bool {
        if reader == nil { reader = try makeReader() }
        guard let reader else { return false }
        guard let count = try reader.poll(waitMs: 100) else {
            finish()
            return true
        }
        for index in 0..<count {
            let record = reader.record(index)
            if let error = try apply(record) { try keep(record, reader.envelope(index), error) }
        }
        shard.aggregate.commit()
        telemetry.recovering("input", reader.progress)
        return false
    }

    private func makeReader() throws(LogFailure) -> L.Reader {
        var spans: [LogSpan] = []
        for (lane, target) in zip(shard.lanes, targets) where lane.next < target {
            spans.append(LogSpan(lane.partition, from: lane.next, to: target))
        }
        return try log.reader(.input, spans)
    }

    /// The last records before a committed offset may be control records or compacted away.
    private func finish() {
        for (lane, target) in targets.enumerated() {
            shard.lanes[lane].next = target
            shard.lanes[lane].committed = target
        }
        reader = nil
    }

    /// - Returns: why the record is refused, if it is.
    private func apply(_ record: LogRecord) throws(LogFailure) -> BadEvent? {
        guard let lane = lanes[record.partition], record.offset < targets[lane] else { return nil }
        let message: InputMessage
        do throws(BadEvent) {
            message = try decoder.decode(key: record.key, value: record.value)
        } catch {
            return error
        }
        let source = Source(partition: record.partition, offset: record.offset)
        switch message {
        case .event(let event) where shard.aggregate.followsRows:
            return refusal(try shard.follow(.upsert(event, .none), at: source, settings))
        case .event(let event):
            let outcome = shard.aggregate.apply(event, lane: lane, source: source)
            return outcome == .overflow ? Shard.overflow(event) : nil
        case .change(let change): return refusal(try shard.follow(change, at: source, settings))
        case .skipped: return nil
        }
    }

    private func refusal(_ answer: RowAnswer) -> BadEvent? {
        if case .refused(let error) = answer { error } else { nil }
    }

    /// What was refused the first time is refused again, and its dead letter is out already; what nobody has
    /// read before becomes one with the first transaction.
    private func keep(_ record: LogRecord, _ envelope: Envelope, _ error: BadEvent) throws(LogFailure) {
        guard let lane = lanes[record.partition], lane < unread.count, let first = unread[lane],
            record.offset >= first
        else { return }
        telemetry.refused(error, at: Source(partition: record.partition, offset: record.offset))
        guard settings.hasDeadLetterTopic else { return }
        let letter = KeptLetter(record, envelope, error)
        keptBytes += letter.byteCount
        shard.unsentLetters.append(letter)
        guard shard.unsentLetters.count > Self.keptLimit.letters || keptBytes > Self.keptLimit.bytes else {
            return
        }
        throw .misconfigured(
            "\(settings.inputTopic) holds more events that are refused than one transaction can take to the dead "
                + "letters (\(shard.unsentLetters.count)). Is it the right topic? Set input.start to a later "
                + "time, or start a history of its own with another kafka.group_id.")
    }
}
