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
        for index in 0..<count { try apply(reader.record(index)) }
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

    /// What was refused the first time is refused again; its dead letter is out already.
    private func apply(_ record: LogRecord) throws(LogFailure) {
        guard let lane = lanes[record.partition], record.offset < targets[lane],
            let message = try? decoder.decode(key: record.key, value: record.value)
        else { return }
        let source = Source(partition: record.partition, offset: record.offset)
        switch message {
        case .event(let event) where shard.aggregate.followsRows:
            _ = try shard.follow(.upsert(event, .none), at: source, settings)
        case .event(let event): _ = shard.aggregate.apply(event, lane: lane, source: source)
        case .change(let change): _ = try shard.follow(change, at: source, settings)
        case .skipped: break
        }
    }
}
