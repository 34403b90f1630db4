public import Inventory

/// What a receiver shows of a pair, as far as its answers say.
struct Told: Equatable, Sendable, Codable {
    /// The incident whose number names it in every notification, until its end is told.
    var incident: UInt32
    /// The level that was sent last; nil when that was the end.
    var level: AlertLevel?
    /// The level that the receiver acknowledged last; nil when it acknowledged none.
    var acknowledged: AlertLevel?
    /// The receiver answered that it has `level`. Otherwise it may have it or not.
    var isCertain: Bool
    /// When this content was sent first, in milliseconds since the epoch: greater with each new one, so that it names
    /// the content.
    var number: Int64
    /// When what was told began, by the message's timestamp, in milliseconds since the epoch.
    var began: Int64
    /// When the receiver acknowledged last; 0 for never.
    var at: Int64 = 0
    /// What the receiver's first answer gave to refer to it.
    var thread: String?
    /// When it was over, once its end is to be told before anything else, in milliseconds since the epoch.
    var over: Int64?
}

/// A difference from what was told, which waits.
struct Pending: Equatable, Sendable, Codable {
    enum Direction: String, Sendable, Codable {
        /// An alert, or a more urgent level.
        case up
        /// A less urgent level, or the end.
        case down
    }

    var direction: Direction
    /// Milliseconds since the epoch.
    var since: Int64
}

extension Pending.Direction {
    /// What is to be told; nil when the receiver shows what is wanted.
    ///
    /// What was sent without an answer is sent again. It keeps its direction, so that nothing waits twice, unless it
    /// was different meanwhile.
    init?(from told: Told?, to wanted: AlertLevel?) {
        if wanted == told?.level, told?.isCertain ?? true { return nil }
        guard let wanted else {
            self = .down
            return
        }
        // Without an acknowledged beginning it begins, whatever was sent.
        let shown = told?.acknowledged == nil || told?.level == wanted ? told?.acknowledged : told?.level
        self = wanted.rawValue >= (shown?.rawValue ?? 0) ? .up : .down
    }
}

extension AlertLevel: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        guard let level = AlertLevel(name: try value.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: value, debugDescription: "not a level")
        }
        self = level
    }

    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode(name)
    }
}
