internal import Foundation
import Inventory
import Kafka
import Logging
import Pipeline
import Postgres
import Synchronization

/// Writes each message of the alert topic to the table `alert_changes`, on a thread and with clients of its own.
///
/// It reads the topic as anyone may, so no worker waits for it. Of several processes one writes; the others wait until
/// its lease ends.
final class AlertHistory: Sendable {
    struct Settings: Sendable {
        var table: AlertChangeTable
        var topic: String
        var server: ConnectionSettings
        var client: ClientSettings
        /// The table is written at most this often.
        var intervalMs: Int64
        /// Makes the tables if they are missing.
        var prepare: @Sendable (Connection) throws -> Void
    }

    private let settings: Settings
    private let logger: Logger
    private let state = Mutex(AlertTableCounts())
    private let isStopping = Atomic<Bool>(false)
    private let isEnded = Atomic<Bool>(true)

    init(_ settings: Settings, _ logger: Logger) {
        self.settings = settings
        self.logger = logger
    }

    /// What was counted since the start.
    var counts: AlertTableCounts { state.withLock { $0 } }

    func start() {
        isEnded.store(false, ordering: .relaxed)
        Thread.detachNewThread { [self] in
            ThreadName.set("alert-history")
            run()
            isEnded.store(true, ordering: .releasing)
        }
    }

    /// Ends it, and lets another process take over at once.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
        let deadline = ContinuousClock.now + .seconds(2)
        while !isEnded.load(ordering: .acquiring), .now < deadline { usleep(5_000) }
    }

    private func count(_ change: (inout AlertTableCounts) -> Void) { state.withLock { change(&$0) } }

    // MARK: Its life

    private func run() {
        var outage = AlertHistoryOutage(logger)
        while !isStopping.load(ordering: .relaxed) {
            do {
                let connection = try Connection(settings.server)
                try settings.prepare(connection)
                try follow(connection, &outage)
            } catch {
                count { $0.isWriter = false }
                count { $0.failures += 1 }
                pause(milliseconds: outage.note(error))
            }
        }
    }

    /// Takes turns with other processes on a connection that works.
    private func follow(_ connection: Connection, _ outage: inout AlertHistoryOutage) throws {
        while !isStopping.load(ordering: .relaxed) {
            guard let positions = try settings.table.open(connection) else {
                outage.isOver()
                count { $0.currentAt = monotonicMicroseconds() }
                pause(milliseconds: 500)
                continue
            }
            count { $0.isWriter = true }
            defer { count { $0.isWriter = false } }
            let writer = try AlertHistoryWriter(settings, connection, positions, logger)
            defer { writer.close() }
            while !isStopping.load(ordering: .relaxed) {
                let step = try writer.step()
                outage.isOver()
                count {
                    $0.rows += step.rows
                    $0.skipped += step.skipped
                    $0.lost += step.lost
                    $0.currentAt = step.currentAt ?? $0.currentAt
                }
                if step.isStale { break }
                pause(milliseconds: step.pauseMs)
            }
        }
        try settings.table.release(connection)
    }

    private func pause(milliseconds: Int64) {
        let until = ContinuousClock.now + .milliseconds(milliseconds)
        while .now < until, !isStopping.load(ordering: .relaxed) {
            usleep(UInt32(min(20, max(1, (until - .now).milliseconds))) * 1_000)
        }
    }
}

/// Logs a time without the table once when it begins, once when it ends.
private struct AlertHistoryOutage {
    private let logger: Logger
    private var since: ContinuousClock.Instant?
    private var failures = 0

    init(_ logger: Logger) { self.logger = logger }

    /// - Returns: how long to wait before the next attempt: 100 ms, doubling to 5 s, somewhat at random.
    mutating func note(_ error: any Error) -> Int64 {
        if since == nil {
            since = .now
            logger.warning("alert_changes cannot be written, trying again: \(error)")
        }
        failures += 1
        let delay = min(5_000, Int64(100) << Int64(min(failures - 1, 6)))
        return .random(in: delay / 2...delay)
    }

    mutating func isOver() {
        failures = 0
        guard let since else { return }
        self.since = nil
        logger.notice("alert_changes is written again", metadata: ["outage_ms": "\((.now - since).milliseconds)"])
    }
}
