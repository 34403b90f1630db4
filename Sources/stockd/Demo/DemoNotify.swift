import Foundation
import Kafka
import Logging
import Notify
import Pipeline
import Service
import Synchronization
import TemporaryServers

/// `stockd notify` in the demo: it tells a receiver on this machine.
final class DemoNotify {
    /// A notification: its text for people, and what is in it for programs.
    private struct Told: Decodable, Sendable {
        struct Alert: Decodable, Sendable {
            let change: String
            let deduplicationKey: String
        }

        let text: String
        let alerts: [Alert]
    }

    private let receiver: LocalReceiver
    private let told: Inbox
    private let life = Life()
    private var shown: Set<String> = []

    /// What the receiver was told and nobody looked at yet.
    private final class Inbox: Sendable {
        private let told = Mutex<[Told]>([])

        func add(_ body: [UInt8]) {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            guard let notification = try? decoder.decode(Told.self, from: Data(body)) else { return }
            told.withLock { $0.append(notification) }
        }

        func take() -> [Told] {
            told.withLock { told in
                defer { told = [] }
                return told
            }
        }
    }

    init() throws {
        let inbox = Inbox()
        told = inbox
        do {
            receiver = try LocalReceiver { inbox.add($0) }
        } catch {
            throw DemoFailure(message: error.message)
        }
    }

    /// The lines of the configuration that name the receiver.
    var settings: String {
        """
        notify:
          receivers:
            purchasing: {kind: webhook, wait: 1s, resolve_wait: 1s, group_wait: 1s}
        """
    }

    /// The receiver's URL, which no file may hold.
    var environment: [String: String] {
        ["STOCKD_NOTIFY_RECEIVERS_PURCHASING_URL": "http://127.0.0.1:\(receiver.port)/"]
    }

    /// Between this thread and the notifier's.
    private final class Life: Sendable {
        let isStopping = Atomic(false)
        let hasEnded = Atomic(true)
    }

    func start(_ configuration: Configuration, _ client: ClientSettings, _ admin: Admin) throws {
        let (receivers, mistakes) = configuration.makeReceivers(client.logger)
        guard mistakes.isEmpty else { throw DemoFailure(message: mistakes.joined(separator: "; ")) }
        life.hasEnded.store(false, ordering: .relaxed)
        Thread.detachNewThread { [life] in
            try? Self.run(configuration, receivers, client, admin, life)
            life.hasEnded.store(true, ordering: .releasing)
        }
    }

    private static func run(
        _ configuration: Configuration, _ receivers: [(policy: Policy, receiver: any Receiver)],
        _ client: ClientSettings, _ admin: Admin, _ life: Life
    ) throws {
        let session = try KafkaSession(client, configuration.notifySessionSettings, admin: admin)
        defer { session.close() }
        let worker = NotifyWorker(
            session: session,
            settings: .init(
                groupID: configuration.notifyGroupID, alertTopic: configuration.alerts.topic,
                stateTopic: configuration.notifyStateTopic),
            receivers: receivers, counts: NotifyTelemetry(receivers: receivers.map(\.policy.name)),
            logger: client.logger)
        while !life.isStopping.load(ordering: .relaxed) { try worker.step() }
        worker.end()
    }

    /// Prints what the receiver is told until it shows this many alerts.
    func show(until count: Int) throws {
        let deadline = Date(timeIntervalSinceNow: 30)
        while Date() < deadline {
            for told in told.take() {
                for line in told.text.split(separator: "\n") { print("  " + line) }
                for alert in told.alerts {
                    if alert.change == "ended" {
                        shown.remove(alert.deduplicationKey)
                    } else {
                        shown.insert(alert.deduplicationKey)
                    }
                }
            }
            if shown.count == count { return print("") }
            usleep(20_000)
        }
        throw DemoFailure(message: "the receiver was not told within 30 s")
    }

    func close() {
        life.isStopping.store(true, ordering: .relaxed)
        let deadline = Date(timeIntervalSinceNow: 8)
        while !life.hasEnded.load(ordering: .acquiring), Date() < deadline { usleep(10_000) }
        receiver.close()
    }
}
