import Inventory
import Pipeline

extension SimSession {
    func committed(_ partitions: [Partition]) throws(SessionFailure) -> [Partition: Offset] {
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

    func partitionCount(_ topic: Topic) throws(SessionFailure) -> Int? {
        try question("partitionCount")
        return topic == cluster.deletedTopic ? nil : cluster.topics[topic]?.count
    }

    func bounds(_ topic: Topic, _ partition: Partition) throws(SessionFailure) -> Range<Offset> {
        try question("bounds")
        let source = cluster.partition(topic, Int(partition.rawValue))
        return Offset(source.start)..<Offset(source.end)
    }

    func offset(at time: Timestamp, _ partition: Partition) throws(SessionFailure) -> Offset {
        try question("offset")
        let source = cluster.partition(.input, Int(partition.rawValue))
        return Offset(source.offset(atMs: time.microseconds / 1_000))
    }

    func reader(_ topic: Topic, _ spans: [TopicSpan]) throws(SessionFailure) -> SimReader {
        var stretches: [SimReader.Stretch] = []
        for span in spans {
            let bounds = try bounds(topic, span.partition)
            stretches.append(
                SimReader.Stretch(
                    partition: span.partition,
                    source: cluster.partition(topic, Int(span.partition.rawValue)),
                    next: (span.from ?? bounds.lowerBound).rawValue,
                    end: (span.to ?? bounds.upperBound).rawValue))
        }
        try question("reader")
        if topic == .state {
            // Only the check of a suspended shard reads from an offset on.
            let isSuspendedCheck = spans.contains { $0.from != nil }
            if !isSuspendedCheck, suspendedCheckOpen { cluster.coverage.reached(.suspendedRefused) }
            suspendedCheckOpen = isSuspendedCheck
        }
        return SimReader(self, topic, stretches)
    }

    func follower(_ topic: Topic, _ starts: [PartitionPosition]) throws(SessionFailure) -> SimReader {
        try question("follower")
        let stretches = starts.map {
            SimReader.Stretch(
                partition: $0.partition, source: cluster.partition(topic, Int($0.partition.rawValue)),
                next: $0.offset.rawValue, end: .max,
                deafAfter: strikes(cluster.faults.deaf, .followerDeaf) ? cluster.random.below(3) : nil)
        }
        return SimReader(self, topic, stretches)
    }

    private func question(_ call: String) throws(SessionFailure) {
        try enter(call)
        if strikes(cluster.faults.question, .questionFailed) { throw .unavailable("simulated \(call)") }
    }
}

/// Reads stretches of the simulated cluster's partitions as `read_committed`, in random order.
final class SimReader: TopicReader {
    struct Stretch {
        let partition: Partition
        let source: SimPartition
        var next: Int64
        let end: Int64
        /// After so many more records the partition is silently no longer fetched; nil for never.
        var deafAfter: Int?
    }

    private let session: SimSession
    private let topic: Topic
    private var stretches: [Stretch]
    private let total: Int64
    private var batch: [(partition: Partition, record: SimRecord)] = []
    private let arena = SimArena()

    init(_ session: SimSession, _ topic: Topic, _ stretches: [Stretch]) {
        self.session = session
        self.topic = topic
        self.stretches = stretches.filter { $0.next < $0.end }
        total = stretches.contains { $0.end == .max } ? 0 : Self.left(self.stretches)
    }

    private static func left(_ stretches: [Stretch]) -> Int64 {
        stretches.reduce(0) { $0 + $1.end - $1.next }
    }

    var progress: ReadProgress { ReadProgress(done: total - Self.left(stretches), total: total) }

    func poll(waitMs: Int64) throws(SessionFailure) -> Int? {
        try session.enter("reader.poll")
        arena.reuse()
        batch = []
        stretches.removeAll { $0.next >= $0.end }
        guard !stretches.isEmpty else { return nil }
        if session.strikes(session.cluster.faults.reader, .readerFailed) {
            throw .unavailable("simulated read")
        }
        var hasMoved = false
        for index in stretches.indices where stretches.count == 1 || session.cluster.random.within(0...2) > 0 {
            let stretch = stretches[index]
            guard stretch.next >= stretch.source.start else {
                throw .offsetOutOfRange(stretch.partition, "simulated: \(stretch.next)")
            }
            if stretch.deafAfter == 0 { continue }
            let read = stretch.source.read(
                from: stretch.next, below: stretch.end,
                max: min(session.cluster.random.within(1...20), stretch.deafAfter ?? .max))
            if let left = stretch.deafAfter { stretches[index].deafAfter = left - read.records.count }
            if read.records.isEmpty, read.next == stretch.next {
                if stretch.end != .max { session.cluster.coverage.reached(.waitedForStableEnd) }
            } else {
                hasMoved = true
            }
            stretches[index].next = read.next
            batch += read.records.map { (stretch.partition, $0) }
        }
        if !hasMoved { session.cluster.advance(waitMs) }
        if topic == .input { session.cluster.coverage.reached(.recoveryReplayed, times: batch.count) }
        return batch.count
    }

    func timestampMs(_ index: Int) -> Int64? { batch[index].record.timestampMs }

    func envelope(_ index: Int) -> Envelope {
        let record = batch[index].record
        return Envelope(headers: record.headers, timestampMs: record.timestampMs)
    }

    func record(_ index: Int) -> TopicRecord {
        let (partition, record) = batch[index]
        return TopicRecord(
            partition: partition, offset: Offset(record.offset), key: arena.copy(record.key),
            value: arena.copy(record.value))
    }
}
