public import Inventory
import Kafka
public import Logging
import Pipeline
public import ServiceLifecycle
import Synchronization
import UnixSignals
public import Web
import Wire

/// The daemon: topics, reference files and workers, from start to an orderly end.
public final class Daemon: Service {
    /// What the command line adds to the configuration.
    public struct Options: Sendable {
        public var rebuilds = false
        public var acceptsConfigChange = false
        public var acceptsDataLoss = false
        public init() {}
    }

    private let configuration: Configuration
    private let settings: PipelineSettings
    private let logger: Logger
    private let notifier: SystemdNotifier
    private let watchdog: WatchdogFeeder
    private let files: ReferenceFiles
    /// Nil without readers.
    private let views: ViewStore?
    /// Nil without HTTP.
    private let web: WebParts?
    /// Nil without PostgreSQL.
    private let tables = Mutex<PostgresTables?>(nil)
    private let crew: Mutex<Crew>
    /// Reads the configuration again for SIGHUP and says what changed.
    private let onReload: @Sendable () -> Void
    private let outages: Outages
    /// A worker did not end in time.
    public var hasLeftWorkerBehind: Bool { isIncomplete.load(ordering: .relaxed) }
    private let isIncomplete = Atomic(false)

    /// Under one lock, so that no reload comes between making the tables and starting the workers with them.
    private struct Crew {
        var workers: [WorkerThread] = []
        /// The reference files' tables as last read.
        var catalog: Catalog
    }

    private var workers: [WorkerThread] { crew.withLock { $0.workers } }

    /// - Parameter catalog: the tables that `files` gave, or empty ones.
    public init(
        _ configuration: Configuration, options: Options, files: ReferenceFiles, catalog: Catalog,
        logger: Logger, environment: [String: String], release: String,
        onReload: @escaping @Sendable () -> Void = {}
    ) {
        self.configuration = configuration
        var settings = configuration.pipelineSettings(release: release)
        settings.rebuilds = options.rebuilds
        settings.acceptsConfigChange = options.acceptsConfigChange
        settings.acceptsDataLoss = options.acceptsDataLoss
        self.settings = settings
        self.files = files
        crew = Mutex(Crew(catalog: catalog))
        self.logger = logger
        self.onReload = onReload
        views = configuration.viewStore()
        web = configuration.http.listen == nil ? nil : views.map { WebParts($0) }
        outages = Outages(logger) { [views] in views?.setConnected($0) }
        notifier = SystemdNotifier(environment: environment)
        watchdog = WatchdogFeeder(notifier: notifier, environment: environment)
    }

    public func run() async throws {
        for note in files.tables?.notes ?? [] { logger.warning("\(note)") }
        try await withGracefulShutdownHandler {
            await web?.awaitListening()
            // Ready at once: the start may wait for Kafka for long, and what is started after it must not.
            notifier.send(.ready, .status("waiting for Kafka"))
            do {
                guard let admin = try await connect() else { return }
                defer { admin.close(deadlineMs: 2_000) }
                startTables()
                defer { tables.withLock { $0.take() }?.stop() }
                startWorkers(admin)
                let probe = web.map { LagProbe($0, client, topic: configuration.input.topic) }
                defer { probe?.stop() }
                try await watchWorkers()
            } catch let stop as StopReason {
                notifier.send(.status(stop.message))
                throw stop
            }
        } onGracefulShutdown: {
            self.notifier.send(.stopping, .status("stopping"))
            for worker in self.workers { worker.inbox.stop() }
        }
    }

    /// The number under which the wait for a broker feeds the watchdog.
    private static let broker = -1

    /// Waits for a broker, then prepares the topics. Nil when told to stop meanwhile.
    private func connect() async throws -> Admin? {
        let admin: Admin
        do throws(KafkaError) {
            admin = try Admin(client)
        } catch {
            throw StopReason(.configuration, error.description)
        }
        var wait = BrokerWait(configuration, logger)
        watchdog.add(worker: Self.broker)
        defer { watchdog.remove(worker: Self.broker) }
        while !Task.isShuttingDownGracefully {
            switch Result(catching: { () throws(KafkaError) in try prepareTopics(admin) }) {
            case .success(.ready):
                wait.end()
                return admin
            case .success(.wrong(let problems)):
                throw StopReason(.configuration, problems.joined(separator: "; "))
            case .success(.waiting(let reason)): try wait.bear(reason)
            case .failure(let error): try wait.bear(error)
            }
            notifier.status("waiting for Kafka: \(wait.reason)")
            watchdog.progress(worker: Self.broker)
            try? await Task.sleep(for: .milliseconds(500))
        }
        return nil
    }

    private func prepareTopics(_ admin: Admin) throws(KafkaError) -> TopicPreparation.Standing {
        try admin.ping(timeoutMs: 5_000)
        let preparation = TopicPreparation(configuration, admin)
        let problems = try preparation.problems()
        guard problems.isEmpty else { return .wrong(problems) }
        guard configuration.topics.create else { return .ready }
        if let reason = try preparation.missingBrokers() { return .waiting(reason) }
        for topic in try preparation.create() { logger.notice("created topic \(topic)") }
        return .ready
    }

    private var client: ClientSettings { configuration.clientSettings(logger) }

    private func client(worker: Int) -> ClientSettings {
        var client = web?.observed(client, worker: worker) ?? client
        client.onConnection = { [outages] change in
            if change.client.hasSuffix("-consumer") { outages.note(change.state, worker: worker) }
        }
        return client
    }

    private func startTables() {
        guard let views else { return }
        tables.withLock { $0 = PostgresTables(configuration, settings.ids, views, logger) }
    }

    private func startWorkers(_ admin: Admin) {
        let rebuilt = RebuiltPartitions()
        crew.withLock { crew in
            crew.workers = (0..<configuration.workers).map { number in
                watchdog.add(worker: number)
                return WorkerThread(
                    number: number, client: client(worker: number),
                    session: configuration.sessionSettings(worker: number), settings: settings,
                    catalog: crew.catalog, admin: admin, logger: logger, views: views, rebuilt: rebuilt,
                    onStep: { [watchdog] in watchdog.progress(worker: number) },
                    onEnd: { [watchdog] in watchdog.remove(worker: number) })
            }
        }
    }

    /// How long workers may take to end: with what closing takes, the whole daemon needs less than 10 s.
    private static let endingLimit = Duration.seconds(7)

    /// Reports to systemd until every worker has ended; one that fails ends the others.
    private func watchWorkers() async throws {
        var isReady = false
        var failure: StopReason?
        var endingSince: ContinuousClock.Instant?
        while true {
            let workers = self.workers
            if Task.isShuttingDownGracefully { for worker in workers { worker.inbox.stop() } }
            if workers.contains(where: { $0.inbox.isStopping }) {
                let since = endingSince ?? .now
                endingSince = since
                guard .now - since < Self.endingLimit else {
                    // Nothing is lost: Kafka aborts what is open, and the next start does it again.
                    isIncomplete.store(true, ordering: .relaxed)
                    break
                }
            }
            let outcomes = workers.map(\.outcome)
            for case .failure(let stop) in outcomes where failure == nil {
                failure = stop
                for worker in workers { worker.inbox.stop() }
            }
            if outcomes.allSatisfy({ $0 != nil }) { break }
            report(workers, &isReady)
            try? await Task.sleep(for: .milliseconds(100))
        }
        if let failure { throw failure }
    }

    private func report(_ workers: [WorkerThread], _ isReady: inout Bool) {
        let counts = workers.map(\.telemetry.snapshot)
        let applied = counts.reduce(0) { $0 + $1.input.effective }
        let status = counts.map(\.status).joined(separator: ", ")
        if !isReady, counts.allSatisfy({ $0.isRunning || $0.status.hasPrefix("standing by") }) {
            isReady = true
            logger.notice("ready")
        }
        let outage = outages.reason.map { "no connection to Kafka (\($0)); " } ?? ""
        notifier.status("\(outage)\(status); \(Counted.text(applied, "event")) applied since the start")
    }

    /// Reads the reference files again, for SIGHUP. If they have mistakes the old rows stay.
    public func reload() {
        notifier.reload { readAgain() }
    }

    private func readAgain() {
        switch files.load() {
        case .unchanged: logger.notice("reference files read again: nothing changed")
        case .kept(let mistakes):
            for mistake in mistakes {
                logger.error("reference files not applied, the old rows stay: \(mistake)")
            }
        case .replaced(let tables):
            for note in tables.notes { logger.warning("\(note)") }
            logger.notice(
                "reference files read again",
                metadata: [
                    "products": "\(tables.products?.count ?? 0)",
                    "warehouses": "\(tables.warehouses?.count ?? 0)",
                    "thresholds": "\(tables.thresholds?.count ?? 0)",
                ])
            let catalog = tables.catalog
            crew.withLock { crew in
                crew.catalog = catalog
                for worker in crew.workers { worker.inbox.adopt(catalog) }
            }
        }
        onReload()
    }
}

extension Daemon {
    /// The HTTP interface; nil when there is to be none. To be run beside the daemon, before it.
    public var webServer: WebServer? {
        guard let web, let settings = configuration.webSettings else { return nil }
        var source = WebSource(
            store: web.store, lags: web.lags, statistics: web.statistics,
            counts: { [self] in workers.map(\.telemetry.snapshot) },
            workers: configuration.workers, release: self.settings.release,
            libraryVersion: LibraryVersion.text, groupID: configuration.kafka.groupID,
            inputTopic: configuration.input.topic)
        source.ids = configuration.ids.table
        source.keepsHistory = self.settings.historyChanges > 0
        source.tables = { [self] in tables.withLock { $0.map { ($0.viewCounts, $0.alertCounts) } } }
        source.onListening = { web.isListening.store(true, ordering: .releasing) }
        web.isExpected.store(true, ordering: .releasing)
        return WebServer(settings, source, logger: logger)
    }
}

/// The SIGHUPs from now on; without, one that comes while the daemon starts would end it.
public struct Hangups: Sendable {
    fileprivate let signals: UnixSignalsSequence

    public init() async { signals = await UnixSignalsSequence(trapping: .sighup) }
}

/// Calls the daemon's `reload` at each SIGHUP.
public struct ReloadOnHangup: Service {
    private let daemon: Daemon
    private let hangups: Hangups

    public init(_ daemon: Daemon, _ hangups: Hangups) {
        self.daemon = daemon
        self.hangups = hangups
    }

    public func run() async throws {
        for await _ in hangups.signals.cancelOnGracefulShutdown() { daemon.reload() }
    }
}
