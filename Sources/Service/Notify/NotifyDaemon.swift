internal import Foundation
import Inventory
import Kafka
public import Logging
public import Notify
import Pipeline
public import ServiceLifecycle
import Synchronization
public import Web
import Wire

/// `stockd notify`, from start to an orderly end.
public final class NotifyDaemon: Service {
    private let configuration: Configuration
    private let logger: Logger
    private let notifier: SystemdNotifier
    private let watchdog: WatchdogFeeder
    private let telemetry: NotifyTelemetry
    private let receivers: [(policy: Policy, receiver: any Receiver)]
    private let isStopping = Atomic(false)
    private let isConnected = Atomic(false)
    private let outages: Outages
    private let result = Mutex<Result<Void, StopReason>?>(nil)
    private let startedAt = Date()

    public init(
        _ configuration: Configuration, receivers: [(policy: Policy, receiver: any Receiver)],
        logger: Logger, environment: [String: String]
    ) {
        self.configuration = configuration
        self.receivers = receivers
        self.logger = logger
        outages = Outages(logger) { _ in }
        telemetry = NotifyTelemetry(receivers: receivers.map(\.policy.name))
        notifier = SystemdNotifier(environment: environment)
        watchdog = WatchdogFeeder(notifier: notifier, environment: environment)
    }

    public func run() async throws {
        try await withGracefulShutdownHandler {
            // Ready at once: the start may wait for Kafka for long, and what is started after it must not.
            notifier.send(.ready, .status("waiting for Kafka"))
            watchdog.add(worker: 0)
            Thread.detachNewThread { [self] in
                ThreadName.set("notify")
                let outcome = Result { () throws(StopReason) in try work() }
                watchdog.remove(worker: 0)
                result.withLock { $0 = outcome }
            }
            do {
                try await watch()
            } catch let stop as StopReason {
                notifier.send(.status(stop.message))
                throw stop
            }
        } onGracefulShutdown: {
            self.notifier.send(.stopping, .status("stopping"))
            self.isStopping.store(true, ordering: .relaxed)
        }
    }

    private func watch() async throws {
        while true {
            if let outcome = result.withLock({ $0 }) { return try outcome.get() }
            if isConnected.load(ordering: .relaxed) { notifier.status(status) }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Metrics and health; nil when there is to be no HTTP. To be run beside the daemon, before it.
    public var server: StatusServer? {
        guard let listen = configuration.notify.listen else { return nil }
        let pages = NotifyPages({ [telemetry] in telemetry.counts }, startedAt: startedAt) { [self] in
            if !isConnected.load(ordering: .relaxed) { return "no connection to Kafka yet" }
            return outages.reason.map { "no connection to Kafka (\($0))" }
        }
        return StatusServer(
            WebSettings(host: listen.host, port: listen.port), key: "notify.listen", pages: pages.all, logger: logger)
    }

    private var status: String {
        let counts = telemetry.counts
        let sent = counts.receivers.reduce(0) { $0 + $1.notifications }
        let failing = counts.receivers.filter { $0.lastFailure != nil }.map(\.name)
        let state = !counts.isCaughtUp ? "reading the alert topic" : "\(Counted.text(counts.pairs, "pair")) followed"
        let reason = outages.reason.map { "no connection to Kafka (\($0)); " }
        let outage = reason ?? counts.trouble.map { "Kafka: \($0); " } ?? ""
        let trouble = failing.isEmpty ? "" : "; not reached: \(failing.joined(separator: ", "))"
        return "\(outage)\(state); \(Counted.text(sent, "notification")) sent since the start\(trouble)"
    }

    // MARK: The worker's thread

    private func work() throws(StopReason) {
        guard let admin = try connect() else { return }
        defer { admin.close(deadlineMs: 2_000) }
        let session: KafkaSession
        do throws(SessionFailure) {
            session = try KafkaSession(observedClient, configuration.notifySessionSettings, admin: admin)
        } catch {
            throw StopReason(.configuration, error.message)
        }
        defer { session.close() }
        isConnected.store(true, ordering: .relaxed)
        let receivers = try withRegions(admin)
        let worker = NotifyWorker(
            session: session,
            settings: .init(
                groupID: configuration.notifyGroupID, alertTopic: configuration.alerts.topic,
                stateTopic: configuration.notifyStateTopic),
            receivers: receivers, counts: telemetry, logger: logger,
            onProgress: { [watchdog] in watchdog.progress(worker: 0) })
        while !isStopping.load(ordering: .relaxed) {
            try worker.step()
            watchdog.progress(worker: 0)
        }
        worker.end()
    }

    /// The receivers, whose regions may come from a topic.
    private func withRegions(_ admin: Admin) throws(StopReason) -> [(policy: Policy, receiver: any Receiver)] {
        guard let topic = configuration.reference.warehouses.topic,
            configuration.notify.receivers.contains(where: { !$0.regions.isEmpty })
        else { return receivers }
        let warehouses = try RegionalWarehouse.read(topic, configuration.ids.table, client, admin, logger)
        return receivers.map { receiver in
            var receiver = receiver
            let settings = configuration.notify.receivers.first { $0.name == receiver.policy.name }
            receiver.policy.restrict(to: settings?.regions ?? [], of: warehouses)
            for region in settings?.regions ?? [] where !warehouses.contains(where: { $0.region == region }) {
                logger.warning(
                    "no warehouse has the region \(region)", metadata: ["receiver": "\(receiver.policy.name)"])
            }
            return receiver
        }
    }

    /// Waits for a broker, then prepares the topics. Nil when told to stop meanwhile.
    private func connect() throws(StopReason) -> Admin? {
        let admin: Admin
        do throws(KafkaError) {
            admin = try Admin(client)
        } catch {
            throw StopReason(.configuration, error.description)
        }
        var wait = BrokerWait(configuration, logger)
        while !isStopping.load(ordering: .relaxed) {
            switch Result(catching: { () throws(KafkaError) in try prepareTopics(admin) }) {
            case .success(.ready):
                wait.end()
                return admin
            case .success(.wrong(let problems)): throw StopReason(.configuration, problems.joined(separator: "; "))
            case .success(.waiting(let reason)): try wait.bear(reason)
            case .failure(let error): try wait.bear(error)
            }
            notifier.status("waiting for Kafka: \(wait.reason)")
            watchdog.progress(worker: 0)
            usleep(500_000)
        }
        return nil
    }

    private func prepareTopics(_ admin: Admin) throws(KafkaError) -> TopicPreparation.Standing {
        try admin.ping(timeoutMs: 5_000)
        return try NotifyTopics(configuration, admin).prepare(logger)
    }

    private var client: ClientSettings { configuration.clientSettings(logger) }

    /// Only the consumer's connection counts, since it is polled all the time.
    private var observedClient: ClientSettings {
        var client = client
        client.onConnection = { [outages] change in
            if change.client.hasSuffix("-consumer") { outages.note(change.state, worker: 0) }
        }
        return client
    }
}
