import Foundation
import Inventory
import Kafka
import Logging
import Pipeline
import Service
import Wire

/// The parts of the demo: the cluster, the worker, a producer of orders, a reader of alerts.
final class DemoStage {
    private let cluster: EmbeddedCluster
    private let admin: Admin
    private let worker: WorkerThread
    private let views: ViewStore
    /// Nil without `--postgres`.
    private let tables: DemoTables?
    /// Nil without `--notify`.
    private let notifications: DemoNotify?
    private let orders: TransactionalProducer
    private let input: TopicHandle
    private let alerts: PartitionReader
    private let style = TerminalStyle(isColoured: Terminal.isColoured)
    private let isTerminal = isatty(1) == 1
    /// Alert changes that were read and printed.
    private var alertsRead = 0

    init(_ tables: DemoTables?, _ notifications: DemoNotify?) throws {
        self.tables = tables
        self.notifications = notifications
        let quiet = Logger(label: "demo") { _ in SwiftLogNoOpLogHandler() }
        cluster = try EmbeddedCluster(logger: quiet)
        // The files are not read: the tables are the tutorial's.
        let settings = """
            kafka: {brokers: "\(cluster.bootstrapServers)"}
            reference: {products: {file: products.csv}, warehouses: {file: warehouses.csv}}
            \(tables?.settings ?? "")
            \(notifications?.settings ?? "")
            """
        let loaded = Configuration.load(text: settings, named: "demo", environment: notifications?.environment ?? [:])
        guard let configuration = loaded.0,
            let views = configuration.viewStore()
        else { throw DemoFailure(message: "the defaults are not valid") }
        self.views = views
        for (_, topic) in configuration.topicNames { try cluster.createTopic(topic, partitions: 1) }
        let client = ClientSettings(bootstrapServers: cluster.bootstrapServers, logger: quiet)
        tables?.start(configuration, views, quiet)
        admin = try Admin(client)
        if let notifications {
            try cluster.createTopic(configuration.notifyStateTopic, partitions: 1)
            try notifications.start(configuration, client, admin)
        }
        worker = WorkerThread(
            number: 0, client: client, session: configuration.sessionSettings(worker: 0),
            settings: configuration.pipelineSettings(release: Stockd.release),
            catalog: Catalog(
                products: try ReferenceRows.products(csv: Array(TutorialDay.products.utf8)),
                warehouses: try ReferenceRows.warehouses(csv: Array(TutorialDay.warehouses.utf8))),
            admin: admin, logger: quiet, views: views)
        orders = try TransactionalProducer(client, ProducerSettings(transactionalID: nil), name: "orders")
        input = try orders.topic(configuration.input.topic)
        alerts = try PartitionReader(
            client, topic: configuration.alerts.topic, from: [.beginning(0)], name: "alert-reader")
    }

    func close() {
        worker.inbox.stop()
        let deadline = Date(timeIntervalSinceNow: 8)
        while worker.outcome == nil, Date() < deadline { usleep(10_000) }
        alerts.close(deadlineMs: 1_000)
        orders.close(deadlineMs: 1_000)
        admin.close(deadlineMs: 1_000)
        cluster.close(deadlineMs: 2_000)
    }

    func playTutorialDay() throws {
        print(style.bold("stockd demo") + ": Kafka's protocol on \(cluster.bootstrapServers)\n")
        print("Producing the tutorial day, \(TutorialDay.events.count) events, to order-events.")
        for event in TutorialDay.events { try send(event) }
        print("Alert changes as they are read back from inventory-alerts:\n")
        let views = try watch(until: { $0 == TutorialDay.events.count })
        print("\nThe three views:\n")
        if let tables {
            try tables.awaitRows(through: Int64(TutorialDay.events.count), changes: alertsRead)
            try tables.show(DemoTables.queries)
        } else {
            show(views)
        }
        if let notifications {
            print("What the receiver was told:\n")
            try notifications.show(until: views.alerts.count)
        }
        print("The next day 100 laptop stands arrive at the East Coast Hub:\n")
        try send(TutorialDay.nextDay)
        let later = try watch(until: { $0 == TutorialDay.events.count + 1 })
        print("")
        if let tables {
            try tables.awaitRows(through: Int64(TutorialDay.events.count + 1), changes: alertsRead)
            try tables.show([DemoTables.nextDayQuery])
        } else {
            print(later.alertTable().text(style))
        }
        if let notifications {
            print("What the receiver was told of it:\n")
            try notifications.show(until: later.alerts.count)
        }
    }

    /// Says how to ask the tables while the demo goes on.
    private func sayCommand() {
        if let tables { print("Ask yourself meanwhile, in another terminal:\n  \(style.bold(tables.command))\n") }
    }

    /// Waits for Ctrl-C.
    func stay() {
        sayCommand()
        print("Ctrl-C ends the demo.")
        let interrupted = Interruption()
        while !interrupted.hasCome { usleep(100_000) }
    }

    /// Plausible orders, with a live table on a terminal, until interrupted.
    func keepGoing() throws {
        sayCommand()
        print("Going on with generated orders until Ctrl-C.")
        let interrupted = Interruption()
        var generator = OrderGenerator(firstID: 1_000)
        while !interrupted.hasCome {
            for _ in 0..<5 { try send(generator.next()) }
            let views = try takeViews()
            if isTerminal {
                print("\u{1B}[H\u{1B}[2J" + style.bold("stockd demo --keep") + ", Ctrl-C ends\n")
                print(views.alertTable().text(style))
                print(views.rollupTable().text(style))
                _ = try readAlerts(printing: false)
            } else {
                _ = try readAlerts(printing: true)
            }
            usleep(500_000)
        }
    }

    private func send(_ event: String) throws {
        var event = event
        try event.withUTF8 { bytes in
            try orders.produce(input, partition: 0, key: nil, value: UnsafeRawBufferPointer(bytes))
        }
        try orders.flush(deadlineMs: 5_000)
    }

    /// Prints alert changes until `isDone` accepts the views' input offset, and every published alert was read.
    private func watch(until isDone: (Int64) -> Bool) throws -> ViewTables {
        let deadline = Date(timeIntervalSinceNow: 30)
        var quietPolls = 0
        while Date() < deadline {
            if case .failure(let stop) = worker.outcome { throw DemoFailure(message: stop.message) }
            let snapshot = try takeSnapshot()
            let read = try readAlerts(printing: true)
            let position = snapshot.positions.first?.offset.rawValue ?? 0
            quietPolls = read == 0 && isDone(position) ? quietPolls + 1 : 0
            if quietPolls >= 2 { return ViewTables(stock: snapshot.stock, rollup: snapshot.rollup) }
        }
        throw DemoFailure(message: "the events were not processed within 30 s")
    }

    private func readAlerts(printing: Bool) throws -> Int {
        guard case .records(let count) = try alerts.poll(maxRecords: 1_000, waitMs: 150) else { return 0 }
        for index in 0..<count {
            guard printing, let value = alerts.batch[index].value else { continue }
            alertsRead += 1
            print("  " + AlertMessage(value).sentence(style))
        }
        return count
    }

    private func takeViews() throws -> ViewTables {
        let snapshot = try takeSnapshot()
        return ViewTables(stock: snapshot.stock, rollup: snapshot.rollup)
    }

    private func takeSnapshot() throws -> WorkerSnapshot {
        let deadline = Date(timeIntervalSinceNow: 20)
        while Date() < deadline {
            if let snapshot = views.snapshot().workers[0] { return snapshot }
            if case .failure(let stop) = worker.outcome { throw DemoFailure(message: stop.message) }
            usleep(5_000)
        }
        throw DemoFailure(message: "the worker showed nothing within 20 s")
    }

    private func show(_ views: ViewTables) {
        print(views.stockTable().text(style))
        print(views.alertTable().text(style))
        print(views.rollupTable().text(style))
    }
}
