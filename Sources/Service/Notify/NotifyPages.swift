internal import Foundation
import Notify
import Web

/// The metrics and the health of `stockd notify`.
struct NotifyPages {
    private let counts: @Sendable () -> NotifyCounts
    private let startedAt: Date
    /// Why there is no connection to Kafka; nil while there is one.
    private let outage: @Sendable () -> String?

    init(
        _ counts: @escaping @Sendable () -> NotifyCounts, startedAt: Date, outage: @escaping @Sendable () -> String?
    ) {
        self.counts = counts
        self.startedAt = startedAt
        self.outage = outage
    }

    var all: [String: @Sendable () -> StatusServer.Page] {
        [
            "/health/live": { StatusServer.Page(text: "alive\n") },
            "/health/ready": { readiness },
            "/metrics": { StatusServer.Page(type: "text/plain; version=0.0.4; charset=utf-8", text: metrics) },
        ]
    }

    private var readiness: StatusServer.Page {
        if let outage = outage() { return StatusServer.Page(status: 503, text: outage + "\n") }
        let counts = counts()
        if let trouble = counts.trouble { return StatusServer.Page(status: 503, text: "Kafka: \(trouble)\n") }
        guard counts.isMember else { return StatusServer.Page(status: 503, text: "joining the group\n") }
        if counts.partitions.isEmpty {
            return StatusServer.Page(text: "ready, with no partitions; others have them\n")
        }
        guard counts.isCaughtUp else { return StatusServer.Page(status: 503, text: "reading the alert topic\n") }
        return StatusServer.Page(text: "ready\n")
    }

    private var metrics: String {
        let counts = counts()
        var writer = MetricsWriter()
        writer.single(
            "stockd_notify_start_time_seconds", .gauge, "When the process started, since the epoch.",
            startedAt.timeIntervalSince1970)
        writer.single(
            "stockd_notify_alert_changes_total", .counter, "Messages of the alert topic that were applied.",
            counts.changes)
        writer.single(
            "stockd_notify_skipped_messages_total", .counter, "Messages of the alert topic that are no changes.",
            counts.skipped)
        writer.single(
            "stockd_notify_assigned_partitions", .gauge, "Partitions of the alert topic that this process has.",
            counts.partitions.count)
        writer.single(
            "stockd_notify_transactions_total", .counter, "Transactions that committed.", counts.transactions)
        writer.single("stockd_notify_pairs", .gauge, "Pairs in memory.", counts.pairs)
        receivers(counts.receivers, &writer)
        return writer.text
    }

    private func receivers(_ receivers: [ReceiverCounts], _ writer: inout MetricsWriter) {
        func family(
            _ name: String, _ kind: MetricsWriter.Kind, _ help: String, _ value: (ReceiverCounts) -> Double
        ) {
            writer.family(
                "stockd_notify_" + name, kind, help, by: "receiver",
                receivers.map { receiver in
                    let value = value(receiver)
                    return (receiver.name, value == value.rounded() ? "\(Int64(value))" : "\(value)")
                })
        }
        let now = Date().timeIntervalSince1970
        family("notifications_total", .counter, "Notifications that a receiver took.") { Double($0.notifications) }
        family("told_changes_total", .counter, "Changes of pairs in these notifications.") { Double($0.items) }
        writer.family("stockd_notify_failures_total", .counter, "Attempts that failed, by the class of failure.")
        for receiver in receivers {
            for kind in Failure.Class.allCases {
                writer.sample(
                    "stockd_notify_failures_total", [("receiver", receiver.name), ("class", kind.rawValue)],
                    receiver.failures[kind] ?? 0)
            }
        }
        family("standing_alerts", .gauge, "Alerts that a receiver was told of and that stand.") { Double($0.standing) }
        family("waiting_changes", .gauge, "Changes of pairs that wait, for their time or for an answer.") {
            Double($0.waiting)
        }
        family("due_changes", .gauge, "Changes whose time has come and that the receiver did not take yet.") {
            Double($0.due)
        }
        family("oldest_due_seconds", .gauge, "How long the oldest of these waits.") {
            $0.dueSince.map { max(0, now - Double($0) / 1_000) } ?? 0
        }
        family("rate_limited_total", .counter, "Notifications that waited for the receiver's rate.") {
            Double($0.rateLimited)
        }
        family("failing", .gauge, "1 while the last attempt failed.") { $0.lastFailure == nil ? 0 : 1 }
    }
}
