internal import Foundation
import Inventory

extension Notifier {
    var pairCount: Int { pairs.count }

    /// What a receiver was told that stands, the most urgent first.
    func standing(_ index: Int) -> [Notification.Item] {
        pairs.values.compactMap { pair in
            guard let told = pair.receivers[index].told, told.acknowledged != nil, told.level != nil else {
                return nil
            }
            return item(pair, told)
        }.sorted(by: Self.isMoreUrgent)
    }

    /// Counts what a receiver shows and what waits for it; looks at every pair.
    func count(_ index: Int, into counts: inout ReceiverCounts) {
        counts.standing = 0
        counts.waiting = 0
        for pair in pairs.values {
            let entry = pair.receivers[index]
            if entry.told?.acknowledged != nil { counts.standing += 1 }
            if entry.pending != nil { counts.waiting += 1 }
        }
        counts.due = queues[index].readyCount + (queues[index].underWay?.count ?? 0)
        counts.dueSince = queues[index].oldest
        counts.rateLimited = queues[index].rateLimited
    }
}
