import ClusterSupport
import Foundation
import Kafka
import Postgres
import PostgresSupport
import TestSupport

/// A daemon that keeps the tutorial day's views in a database of their own.
final class TutorialTables {
    let server: TestServer
    let database: String
    private let site: Site
    private let daemon: Program
    private let sender: MessageSender

    /// - Parameter settings: of the configuration, besides `postgres.url`.
    init(_ stem: String, server: TestServer? = nil) throws {
        self.server = try server ?? TestServer.shared.get()
        database = try self.server.makeDatabase()
        let url = self.server.url(database)
        site = try Site(
            stem, partitions: 2,
            settings: "alerts: {topic: NAME-alerts}\npostgres: {url: \"\(url)\", interval: 10ms}", keyedBy: "product")
        for file in ["products.csv", "warehouses.csv"] { try site.write(file, TutorialFile.text(file)) }
        sender = try MessageSender(site)
        daemon = try site.run()
        try send("order-events.ndjson")
        try settle { rows, changes in rows == 10 && changes == 10 }
    }

    /// Sends a day's events; a product's go to one partition.
    func send(_ day: String) throws {
        for line in try TutorialFile.lines(day) {
            let fields = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            let product = fields?["product_id"] as? Int ?? 0
            try sender.post(Array(line.utf8), partition: Int32(product % 2))
        }
        try sender.flush()
    }

    /// The next day's event: an alert is over.
    func sendNextDay() throws {
        try send("order-events-next-day.ndjson")
        try settle { rows, changes in rows == 9 && changes == 11 }
    }

    /// Waits until the alerts and the changes have so many rows.
    private func settle(_ isDone: (_ alerts: Int, _ changes: Int) -> Bool) throws {
        try eventually("the tables are written", within: 60) { () -> Void? in
            guard daemon.isRunning else { throw Failure(daemon.text) }
            usleep(50_000)
            let query =
                "SELECT (SELECT count(*) FROM stockd.low_stock_alerts), (SELECT count(*) FROM stockd.alert_changes)"
            guard let row = try? server.connect(database).run(query).first else { return nil }
            return isDone(row[0].flatMap { Int($0) } ?? -1, row[1].flatMap { Int($0) } ?? -1) ? () : nil
        }
    }

    func connect() throws -> Connection { try server.connect(database) }

    /// What a program prints, which must end well.
    static func output(_ path: String, _ arguments: [String], _ variables: [String: String] = [:]) throws -> String {
        let program = try Program(path, arguments, variables)
        defer { program.remove() }
        let code = try program.exitCode(within: 60)
        guard code == 0 else { throw Failure("\(path) ended with \(code): \(program.text)") }
        return program.text
    }

    /// What psql prints of some statements, without blanks at the ends of lines.
    func psql(_ statements: [String], flags: [String] = []) throws -> String {
        let words = statements.flatMap { ["-c", $0] }
        let text = try Self.output(
            "\(TestServer.programs)/psql",
            ["-X", "-q", "-v", "ON_ERROR_STOP=1"] + flags + words + [server.url(database)], ["PGTZ": "UTC"])
        return text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { line in String(line.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n")
    }

    func close() {
        sender.close()
        site.close()
    }
}
