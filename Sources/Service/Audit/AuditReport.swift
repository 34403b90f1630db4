/// What an audit has compared, and what differs.
public struct AuditReport: Sendable {
    /// What is compared with the log.
    public enum Subject: String, CaseIterable, Codable, Sendable {
        /// The stored stock entries, as of the checkpoints.
        case stock
        /// What the state topic says was published.
        case published
        /// The messages of the alert topic.
        case alerts
        /// The messages of `outputs.stock_levels.topic`.
        case stockTopic = "stock_topic"
        /// The messages of `outputs.rollup.topic`.
        case rollupTopic = "rollup_topic"
        /// The tables in PostgreSQL, by their names.
        case stockTable = "current_stock_levels"
        case alertTable = "low_stock_alerts"
        case rollupTable = "multi_warehouse_inventory"
        case alertChanges = "alert_changes"
    }

    /// One thing that differs.
    public struct Difference: Codable, Sendable {
        public let subject: Subject
        /// A pair, a product, or a message's topic, partition and offset.
        public let place: String
        /// What was found.
        public let found: String
        /// What the log gives, or what would be right.
        public let expected: String

        /// What stays the same when the audit looks again.
        fileprivate var identity: String { "\(subject.rawValue) \(place)" }
    }

    /// How many differences are kept with their texts.
    public static let limit = 1_000

    /// By input partition, the committed offset up to which everything was recomputed.
    public internal(set) var positions: [Int32: Int64] = [:]
    /// How many events were read.
    public internal(set) var events = 0
    /// How many rows or messages were compared; without an entry, none of them could be.
    public private(set) var checked: [Subject: Int] = [:]
    /// How many of them differ.
    public private(set) var differing: [Subject: Int] = [:]
    /// The first differences.
    public private(set) var differences: [Difference] = []
    /// Those of an earlier look: only what differs in both is a difference.
    private let earlier: Set<String>?
    private var identities: Set<String> = []

    public var count: Int { differing.values.reduce(0, +) }

    /// - Parameter earlier: what the first look found; nil for that look.
    init(earlier: AuditReport? = nil) { self.earlier = earlier?.identities }

    mutating func count(_ subject: Subject, _ rows: Int) { checked[subject, default: 0] += rows }

    mutating func add(_ subject: Subject, _ place: String, found: String, expected: String) {
        let difference = Difference(subject: subject, place: place, found: found, expected: expected)
        let identity = difference.identity
        guard earlier?.contains(identity) ?? true, identities.insert(identity).inserted else { return }
        differing[subject, default: 0] += 1
        if differences.count < Self.limit { differences.append(difference) }
    }
}
