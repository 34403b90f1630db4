import Inventory
import Wire

/// The reference tables a worker joins with, from files through its inbox and from topics, and the rejected rows of
/// those topics.
///
/// Every worker reads the topics itself. The owner of the first input partition sends rejected rows to the dead
/// letters. The same transaction holds a state record of how far it sent them, so that each is sent once, whoever
/// owns the partition next.
final class ReferenceTables<S: TopicSource> {
    /// What the views are joined with.
    private(set) var catalog: Catalog
    /// The tables as the files have them.
    private var files: Catalog
    /// Newer tables from files, until the open transaction or the recovery ends.
    private var newerFiles: Catalog?
    let feeds: [ReferenceFeed<S>]
    private let session: S
    private let telemetry: Telemetry
    private var backoff = Backoff()
    private var retryAtMs: Int64 = 0
    /// Rows of topics changed since they were last joined.
    private var hasChanged = false
    /// To be sent, in the order they came; empty unless `isKeeping`.
    private(set) var rejected: [RejectedRow] = []
    private var isKeeping = false
    /// Rejected rows below these offsets are in the dead letters.
    private(set) var sent = ReferenceOffsets()
    /// Rejected rows below these offsets were dropped, because another worker sends them.
    private var dropped = ReferenceOffsets()
    /// Reading stops while this many rows wait to be sent.
    private static var mostRejected: Int { 1_000 }

    init(_ session: S, _ settings: PipelineSettings, _ files: Catalog, _ telemetry: Telemetry) {
        catalog = files
        self.files = files
        self.session = session
        self.telemetry = telemetry
        feeds = settings.referenceTopics.sorted { $0.key.rawValue < $1.key.rawValue }.map {
            ReferenceFeed(session: session, kind: $0.key, topic: $0.value, ids: settings.ids)
        }
    }

    /// Whether a table comes from a topic.
    var hasTopics: Bool { !feeds.isEmpty }

    /// Whether every topic was read to the end it had at the start.
    var isWhole: Bool { feeds.allSatisfy(\.isWhole) }

    /// Takes what has come. If a broker fails it tries again later and keeps the rows meanwhile.
    func advance() throws(SessionFailure) {
        guard rejected.count < Self.mostRejected, session.nowMs >= retryAtMs else { return }
        for feed in feeds {
            do throws(SessionFailure) {
                let wasWhole = feed.isWhole
                if try feed.advance({ reject($0, $1, feed.kind, $2) }) { hasChanged = true }
                telemetry.skipped(feed.takeSkipped())
                if !wasWhole, feed.isWhole { telemetry.referenceRead(feed.kind, rows: rows(of: feed)) }
                backoff.reset(.broker, telemetry)
            } catch {
                try resume(feed, after: error)
            }
        }
    }

    private func resume(_ feed: ReferenceFeed<S>, after failure: SessionFailure) throws(SessionFailure) {
        switch failure {
        case .offsetOutOfRange(_, let message):
            // Records were deleted before they were read. What is still valid is in the topic.
            telemetry.referenceStartsOver(feed.kind, message)
            feed.startOver()
        case .misconfigured, .fatal: throw failure
        default:
            telemetry.unavailable(failure.message)
            retryAtMs = session.nowMs + backoff.delayMs(.broker)
            feed.resume()
        }
    }

    private func rows(of feed: ReferenceFeed<S>) -> Int {
        switch feed.kind {
        case .products: feed.tables.products.rows.count
        case .warehouses: feed.tables.warehouses.rows.count
        case .thresholds: feed.tables.thresholds.rows.count
        }
    }

    /// Whether there is anything new to join.
    func hasNews(_ inbox: WorkerInbox) -> Bool {
        if let newer = inbox.takeCatalog() { newerFiles = newer }
        return newerFiles != nil || hasChanged
    }

    /// Joins the newest rows to the shards; between transactions only.
    func join(_ shards: [Shard]) {
        files = newerFiles ?? files
        newerFiles = nil
        hasChanged = false
        var products = files.products
        var warehouses = files.warehouses
        var thresholds = files.thresholds
        for feed in feeds {
            switch feed.kind {
            case .products: products = feed.tables.products.rows
            case .warehouses: warehouses = feed.tables.warehouses.rows
            case .thresholds: thresholds = feed.tables.thresholds.rows
            }
        }
        catalog = feeds.isEmpty ? files : Catalog(products: products, warehouses: warehouses, thresholds: thresholds)
        for shard in shards where shard.aggregate.catalog !== catalog { shard.aggregate.adopt(catalog) }
    }

    // MARK: Rejected rows

    private func reject(_ record: TopicRecord, _ envelope: Envelope, _ kind: ReferenceKind, _ error: BadEvent) {
        guard isKeeping else {
            return dropped.raise(kind, record.partition, to: record.offset.next)
        }
        guard record.offset >= sent[kind, record.partition] else { return }
        telemetry.rejected(
            error, "row of \(kind.name)", at: Source(partition: record.partition, offset: record.offset))
        rejected.append(RejectedRow(record, envelope, kind, error))
    }

    /// Rejected rows are kept from now on, for this worker to send.
    /// - Parameter known: how far they were sent, from the state topic; nil when it was not read again because nobody
    ///   wrote to it.
    func startKeeping(from known: ReferenceOffsets?) {
        if let known { sent = known }
        isKeeping = true
        for feed in feeds where dropped.isBeyond(sent, feed.kind) {
            rejected.removeAll { $0.kind == feed.kind }
            feed.startOver()
        }
        dropped = ReferenceOffsets()
    }

    func stopKeeping() {
        isKeeping = false
        for row in rejected { dropped.raise(row.kind, row.partition, to: row.offset.next) }
        rejected = []
    }

    /// Notes that the first `count` rows are committed.
    func markSent(_ count: Int) {
        for row in rejected.prefix(count) { sent.raise(row.kind, row.partition, to: row.offset.next) }
        rejected.removeFirst(min(count, rejected.count))
    }
}
