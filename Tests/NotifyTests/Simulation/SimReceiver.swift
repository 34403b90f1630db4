import Foundation
import Inventory

@testable import Notify

/// A receiver and all it was told.
struct SimReceiver {
    enum Mood: CaseIterable {
        case well, busy, broken, brokenAfterwards, hanging, lateAnswer, unreachable, refusing, locked
    }

    /// The level that it shows under each deduplication key.
    private(set) var shown: [String: AlertLevel] = [:]
    /// How often each key began while nothing was shown under it.
    private(set) var beginnings: [String: Int] = [:]
    /// When a notification came, and how many pairs it had.
    private(set) var arrivals: [(time: Int64, id: String, items: Int)] = []
    /// Times at which it answered otherwise than "taken" although it may have taken, or the process was killed.
    var doubts = 0

    mutating func take(_ notification: Notification, at now: Int64) {
        arrivals.append((now, notification.id, notification.items.count))
        for item in notification.items {
            let key = item.deduplicationKey
            guard let level = item.alert.level, item.change != .ended else {
                shown[key] = nil
                continue
            }
            if shown[key] == nil { beginnings[key, default: 0] += 1 }
            shown[key] = level
        }
    }

    /// What it answers, and whether it took the notification.
    static func outcome(_ mood: Mood, refuses: Bool) -> (outcome: Outcome, takes: Bool) {
        switch mood {
        case .well, .lateAnswer: (.taken(thread: nil), true)
        case .busy: (.again(Failure(.rateLimited, "429"), after: .seconds(2)), false)
        case .broken: (.again(Failure(.server, "500"), after: nil), false)
        case .brokenAfterwards: (.again(Failure(.interrupted, "closed"), after: nil), true)
        case .hanging: (.again(Failure(.timeout, "no answer"), after: nil), true)
        case .unreachable: (.again(Failure(.connection, "refused"), after: nil), false)
        case .refusing: refuses ? (.refused(Failure(.refused, "400")), false) : (.taken(thread: nil), true)
        case .locked: (.misconfigured(Failure(.configuration, "410")), false)
        }
    }
}
