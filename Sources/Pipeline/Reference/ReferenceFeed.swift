import Inventory
import Wire

/// Reads one reference topic from its beginning to the end it has at the start, and follows it from there.
final class ReferenceFeed<S: TopicSource> {
    let kind: ReferenceKind
    private let topic: PipelineSettings.ReferenceTopic
    private let session: S
    private let sizes: TopicSizes<S>
    private let ids: IDs
    private let decoder: ReferenceDecoder
    /// The rows as of the newest record, once the topic was read whole.
    private(set) var tables: FollowedTables
    private(set) var isWhole = false
    private(set) var rereads = false
    /// Messages without a row since the last `takeSkipped`, by reason.
    private var skipped: [SkipReason: Int] = [:]
    /// Tables that are being read from the beginning. Once complete, they replace `tables`.
    private var fresh: FollowedTables?
    /// By partition, the next offset to read.
    private var positions: [Partition: Offset] = [:]
    private var stage = Stage.start
    /// How often the logs' ends are asked for: a partition that is silently not fetched any more must not look like
    /// an idle one.
    private static var checkEveryMs: Int64 { 30_000 }
    private var checkDueMs: Int64 = 0
    /// The positions at the last check.
    private var checked: [Partition: Offset] = [:]

    private enum Stage {
        /// The records from the positions to the present ends are to be read.
        case start
        case reading(S.Reader, ends: [Partition: Offset])
        case following(S.Reader)
    }

    init(session: S, kind: ReferenceKind, topic: PipelineSettings.ReferenceTopic, ids: IDs) {
        self.session = session
        sizes = TopicSizes(session)
        self.kind = kind
        self.topic = topic
        self.ids = ids
        decoder = ReferenceDecoder(format: topic.format, ids: ids)
        tables = FollowedTables(ids)
        fresh = FollowedTables(ids)
    }

    /// Reads the topic again from its beginning; until that is done the rows stay as they are.
    func startOver() {
        fresh = FollowedTables(ids)
        positions = [:]
        stage = .start
        rereads = isWhole
    }

    /// After a failure: goes on from the last record that was taken.
    func resume() { stage = .start }

    /// Takes the records that have come.
    /// - Parameter reject: called with each record that is no row.
    /// - Returns: whether rows changed.
    func advance(_ reject: (TopicRecord, Envelope, BadEvent) -> Void) throws(SessionFailure) -> Bool {
        switch stage {
        case .start: return try start()
        case .reading(let reader, let ends):
            guard let count = try reader.poll(waitMs: 0) else { return try follow(from: ends) }
            return take(reader, count, reject)
        case .following(let reader):
            let hasChanged = take(reader, try reader.poll(waitMs: 0) ?? 0, reject)
            if session.nowMs >= checkDueMs { try check() }
            return hasChanged
        }
    }

    /// The messages that held no row, to be counted.
    func takeSkipped() -> [SkipReason: Int] {
        defer { skipped = [:] }
        return skipped
    }

    private func start() throws(SessionFailure) -> Bool {
        guard let count = try sizes.count(.reference(kind), named: topic.name) else {
            throw .misconfigured(
                "reference.\(kind.name).topic: \(topic.name) does not exist; create it with cleanup.policy=compact")
        }
        var spans: [TopicSpan] = []
        var ends: [Partition: Offset] = [:]
        for number in 0..<count {
            let partition = Partition(Int32(number))
            let bounds = try session.bounds(.reference(kind), partition)
            // Compaction leaves gaps, but the beginning of a log moves only when records are deleted for good.
            let from = max(positions[partition] ?? bounds.lowerBound, bounds.lowerBound)
            ends[partition] = max(from, bounds.upperBound)
            spans.append(TopicSpan(partition, from: from, to: ends[partition]))
        }
        stage = .reading(try session.reader(.reference(kind), spans), ends: ends)
        return false
    }

    private func follow(from ends: [Partition: Offset]) throws(SessionFailure) -> Bool {
        let starts = ends.map { PartitionPosition($0.key, $0.value) }
        stage = .following(try session.follower(.reference(kind), starts))
        positions = ends
        checked = ends
        checkDueMs = session.nowMs + Self.checkEveryMs
        isWhole = true
        rereads = false
        guard let fresh = fresh.take() else { return false }
        tables = fresh
        return true
    }

    private func take(
        _ reader: S.Reader, _ count: Int, _ reject: (TopicRecord, Envelope, BadEvent) -> Void
    ) -> Bool {
        var hasChanged = false
        var target = fresh.take() ?? tables
        let isFresh = !isWhole || rereads
        for index in 0..<count {
            let record = reader.record(index)
            positions[record.partition] = record.offset.next
            do throws(BadEvent) {
                hasChanged =
                    try target.apply(key: record.key, value: record.value, of: kind, decoder) {
                        skipped[$0, default: 0] += 1
                    }
                    || hasChanged
            } catch {
                reject(record, reader.envelope(index), error)
            }
        }
        if isFresh { fresh = target } else { tables = target }
        return hasChanged && !isFresh
    }

    /// Reads up to the present ends if a partition got no further though its end is ahead. A transaction's marker
    /// alone also puts the end ahead.
    private func check() throws(SessionFailure) {
        checkDueMs = session.nowMs + Self.checkEveryMs
        for number in 0..<(try session.partitionCount(.reference(kind)) ?? 0) {
            let partition = Partition(Int32(number))
            let position = positions[partition]
            guard position == checked[partition] else { continue }
            let end = try session.bounds(.reference(kind), partition).upperBound
            if position.map({ $0 < end }) ?? true { stage = .start }
        }
        checked = positions
    }
}
