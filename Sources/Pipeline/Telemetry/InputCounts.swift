import Inventory
import Wire

/// Messages of the input by outcome.
public struct InputCounts: Equatable, Sendable {
    public var applied = 0
    public var duplicates = 0
    public var tombstones = 0
    public var rejected = 0
    /// Rows that changed after they were counted.
    public var updated = 0
    public var deleted = 0
    /// Truncations that were applied; the rows they took back are not in `deleted`.
    public var truncated = 0
    /// Changes of rows that came again after newer ones.
    public var stale = 0
    /// Messages that hold no row, by kind, tombstones apart.
    public var skippedByKind: [String: Int] = [:]

    public init() {}

    /// Messages that changed the state.
    public var effective: Int { applied + updated + deleted + truncated }
    /// By outcome, as metrics and the status name it.
    public var byOutcome: KeyValuePairs<String, Int> {
        [
            "applied": applied, "duplicate": duplicates, "tombstone": tombstones, "rejected": rejected,
            "updated": updated, "deleted": deleted, "truncated": truncated, "stale": stale,
            "skipped": skippedByKind.values.reduce(0, +),
        ]
    }

    /// - Returns: why the message is rejected, if it is.
    mutating func count(_ outcome: InputOutcome) -> BadEvent? {
        switch outcome {
        case .event(let outcome): count(outcome)
        case .row(let outcome): count(outcome)
        case .skipped(let reason): skip(reason)
        case .rejected(let error):
            rejected += 1
            return error
        }
        return nil
    }

    @inline(__always)
    mutating func count(_ outcome: Aggregate.Outcome) {
        switch outcome {
        case .applied: applied += 1
        case .duplicate: duplicates += 1
        case .overflow, .tooManyNames: break
        }
    }

    private mutating func count(_ outcome: RowOutcome) {
        switch outcome {
        case .inserted: applied += 1
        case .updated: updated += 1
        case .deleted: deleted += 1
        case .truncated: truncated += 1
        case .duplicate: duplicates += 1
        case .stale: stale += 1
        case .overflow, .unordered, .typeUnknown, .tooManyNames: break
        }
    }

    mutating func skip(_ reason: SkipReason, times: Int = 1) {
        if reason == .tombstone {
            tombstones += times
        } else {
            skippedByKind[reason.rawValue, default: 0] += times
        }
    }

    public mutating func add(_ other: InputCounts) {
        applied += other.applied
        duplicates += other.duplicates
        tombstones += other.tombstones
        rejected += other.rejected
        updated += other.updated
        deleted += other.deleted
        truncated += other.truncated
        stale += other.stale
        skippedByKind.merge(other.skippedByKind, uniquingKeysWith: +)
    }
}
