import Inventory
import Pipeline

extension SimLog {
    func committed(_ partitions: [Partition]) throws(LogFailure) -> [Partition: Offset] {
        try question("committed")
        let wanted = partitions.map(\.rawValue)
        if cluster.hasUnstableOffsets(wanted) {
            cluster.coverage.reached(.unstableOffsets)
            cluster.advance(100)
            throw .unavailable("unstable offsets")
        }
        var found: [Partition: Offset] = [:]
        for partition in wanted {
            if let offset = cluster.groupOffsets[partition] { found[Partition(partition)] = Offset(offset) }
        }
        return found
    }

    func partitionCount(_ topic: Topic) throws(LogFailure) -> Int? {
        try question("partitionCount")
        return cluster.topics[topic]?.count
    }

    func bounds(_ topic: Topic, _ partition: Partition) throws(LogFailure) -> Range<Offset> {
        try question("bounds")
        let source = cluster.partition(topic, Int(partition.rawValue))
        return Offset(source.start)..<Offset(source.end)
    }

    func offset(at time: Timestamp, _ partition: Partition) throws(LogFailure) -> Offset {
        try bounds(.input, partition).lowerBound
    }

    func reader(
        _ topic: Topic, _ partition: Partition, from: Offset?, to: Offset?
    ) throws(LogFailure) -> SimReader {
        let bounds = try bounds(topic, partition)
        try question("reader")
        if topic == .state {
            // Only a parked shard is checked from an offset on.
            if from == nil, parkedCheckOpen { cluster.coverage.reached(.parkedRefused) }
            parkedCheckOpen = from != nil
        }
        return SimReader(
            self, topic, partition, from: (from ?? bounds.lowerBound).rawValue,
            to: (to ?? bounds.upperBound).rawValue)
    }

    private func question(_ call: String) throws(LogFailure) {
        try enter(call)
        if strikes(cluster.faults.question, .questionFailed) { throw .unavailable("simulated \(call)") }
    }
}

/// Reads one partition of the simulated cluster as `read_committed`.
final class SimReader: LogReader {
    private let log: SimLog
    private let topic: Topic
    private let partition: Partition
    private let source: SimPartition
    private var batch: [SimRecord] = []
    private let arena = SimArena()
    private var next: Int64
    let start: Offset
    let end: Offset

    init(_ log: SimLog, _ topic: Topic, _ partition: Partition, from: Int64, to: Int64) {
        self.log = log
        self.topic = topic
        self.partition = partition
        source = log.cluster.partition(topic, Int(partition.rawValue))
        next = from
        start = Offset(from)
        end = Offset(to)
    }

    var position: Offset { Offset(next) }

    func poll(waitMs: Int64) throws(LogFailure) -> Int? {
        try log.enter("reader.poll")
        arena.reuse()
        batch = []
        if next >= end.rawValue { return nil }
        if log.strikes(log.cluster.faults.reader, .readerFailed) { throw .unavailable("simulated read") }
        guard next >= source.start else { throw .offsetOutOfRange(partition, "simulated: \(next)") }
        let read = source.read(
            from: next, below: end.rawValue, max: log.cluster.random.within(1...20))
        if read.records.isEmpty, read.next == next {
            log.cluster.coverage.reached(.waitedForStableEnd)
            log.cluster.advance(waitMs)
        }
        next = read.next
        batch = read.records
        if topic == .input { log.cluster.coverage.reached(.recoveryReplayed, times: batch.count) }
        return batch.count
    }

    func record(_ index: Int) -> LogRecord {
        LogRecord(
            partition: partition, offset: Offset(batch[index].offset), key: arena.copy(batch[index].key),
            value: arena.copy(batch[index].value))
    }
}
