import Inventory

/// Which dead letters are meant.
public struct DeadLetterFilter: Sendable {
    /// Empty: whatever the reason.
    public var reasons: Set<String> = []
    /// The original's timestamp is at or after this.
    public var since: Moment?
    /// The original's timestamp is before this.
    public var until: Moment?
    /// Nil: wherever they are.
    public var positions: Set<DeadLetterPosition>?

    public init() {}

    func contains(_ deadLetter: DeadLetter) -> Bool {
        if let positions, !positions.contains(deadLetter.position) { return false }
        if !reasons.isEmpty, !reasons.contains(deadLetter.reason) { return false }
        if let since, deadLetter.timestampMs < since.milliseconds { return false }
        if let until, deadLetter.timestampMs >= until.milliseconds { return false }
        return true
    }
}

/// An instant as an operator writes it: `2026-03-30T08:00:00Z`, or `2h` for two hours ago.
public struct Moment: Sendable, Equatable {
    /// Since the epoch.
    public let milliseconds: Int64

    /// - Parameter nowMs: what `2h` is counted back from.
    public init?(_ text: String, nowMs: Int64) {
        if let instant = InstantText.read(text) {
            milliseconds = instant.microseconds / 1_000
        } else if let age = DurationText.read(text) {
            milliseconds = nowMs - age.milliseconds
        } else {
            return nil
        }
    }
}
