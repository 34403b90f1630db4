import Inventory
import Wire

/// Applies the input from a checkpoint's barriers to the committed offsets, publishing nothing.
final class InputReplay<L: Log> {
    let shard: Shard
    private let log: L
    private let decoder: EventDecoder
    private let telemetry: Telemetry
    private let targets: [Offset]
    private var lane = 0
    private var reader: L.Reader?

    init(log: L, decoder: EventDecoder, telemetry: Telemetry, shard: Shard, targets: [Offset]) {
        self.log = log
        self.decoder = decoder
        self.telemetry = telemetry
        self.shard = shard
        self.targets = targets
    }

    /// Applies some more; true when every partition has reached its committed offset.
    func advance() throws(LogFailure) -> Bool {
        guard lane < shard.lanes.count else { return true }
        let partition = shard.lanes[lane].partition
        let target = targets[lane]
        guard shard.lanes[lane].next < target else {
            nextLane()
            return lane == shard.lanes.count
        }
        if reader == nil {
            reader = try log.reader(.input, partition, from: shard.lanes[lane].next, to: target)
        }
        guard let reader else { return false }
        guard let count = try reader.poll(waitMs: 100) else {
            // The last records before the committed offset may be control records or compacted away.
            nextLane()
            return lane == shard.lanes.count
        }
        for index in 0..<count { apply(reader.record(index), before: target) }
        shard.aggregate.commit()
        telemetry.recovering("input", partition, reader.position, target)
        return false
    }

    private func nextLane() {
        shard.lanes[lane].next = targets[lane]
        shard.lanes[lane].committed = targets[lane]
        lane += 1
        reader = nil
    }

    /// What was refused the first time is refused again; its dead letter is out already.
    private func apply(_ record: LogRecord, before target: Offset) {
        guard record.offset < target, let value = record.value,
            let event = try? decoder.decode(value)
        else { return }
        let source = Source(partition: record.partition, offset: record.offset)
        _ = shard.aggregate.apply(event, lane: lane, source: source)
    }
}
