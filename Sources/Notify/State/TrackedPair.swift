internal import Foundation
import Inventory

/// A pair in memory: its newest message, and what each receiver shows of it.
struct TrackedPair {
    var partition: Int32
    /// The newest message.
    var json: Data
    var level: AlertLevel?
    var incident: UInt32
    var began: Int64
    var ended: Int64?
    /// In the order of the policies.
    var receivers: [Entry]
    /// Of receivers that this process does not know: another one may, or does again.
    var others: [String: PairRecord.Entry] = [:]

    struct Entry {
        /// Whether the receiver's filter lets the alert pass.
        var isWanted = false
        /// Since when it does, as far as it is known.
        var wantedSince: Int64?
        var told: Told?
        var pending: Pending?
        /// The timer that was set last.
        var timer: Int64?
        /// It is part of the notification under way.
        var isUnderWay = false
        /// What was known before that notification; known again if it does not arrive.
        var before: Told?
        /// The group in which it waits.
        var group: String?
        /// Its content was refused; it is not sent again before this.
        var refusedUntil: Int64 = 0
    }

    /// What the receiver is to show in the end.
    func wanted(_ receiver: Int) -> AlertLevel? { receivers[receiver].isWanted ? level : nil }

    /// What the receiver is to be told next, if it shows this: the end of what is over comes before anything new.
    func target(_ receiver: Int, _ told: Told?) -> AlertLevel? { told?.over == nil ? wanted(receiver) : nil }

    /// Nobody shows anything of it, and nothing is to be told.
    var isSettled: Bool {
        level == nil && receivers.allSatisfy { $0.told == nil && $0.pending == nil && !$0.isUnderWay }
            && others.values.allSatisfy { $0.told == nil }
    }

    /// Nil when the pair has nothing to remember.
    func record(_ policies: [Policy]) -> PairRecord? {
        if isSettled { return nil }
        var entries = others
        for (policy, entry) in zip(policies, receivers) where entry.told != nil || entry.pending != nil {
            entries[policy.name] = PairRecord.Entry(told: entry.told, pending: entry.pending)
        }
        return PairRecord(
            header: PairRecord.Header(began: began, ended: ended, receivers: entries), alert: json)
    }
}
