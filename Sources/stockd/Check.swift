import ArgumentParser
import Kafka
import Logging
import Service
import Wire

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks the configuration and prints every mistake at once; exits with 78 on any.",
        discussion: "Example: stockd check --config /etc/stockd/stockd.yaml --connect")

    @OptionGroup var options: ConfigurationOption

    @Flag(
        help: "Also connect: check the topics, their partition counts, the brokers' transactions, and PostgreSQL."
    )
    var connect = false

    func run() throws {
        let (configuration, files, _) = try options.loadOrExit()
        for note in configuration.notes { printError("note: \(note)") }
        for note in configuration.clientNotes() { printError("note: \(note)") }
        for note in files.tables?.notes ?? [] { printError("note: \(note)") }
        if !configuration.notify.receivers.isEmpty {
            let mistakes = configuration.makeReceivers(Logger(label: "check") { _ in SwiftLogNoOpLogHandler() })
                .mistakes
            guard mistakes.isEmpty else { throw ConfigurationOption.fail(mistakes) }
        }
        if connect {
            try checkBroker(configuration)
            if configuration.postgres.url != nil { try PostgresStatements.check(configuration) }
        }
        var tables = [
            Self.describe("product", files.tables?.products?.count, configuration.reference.products),
            Self.describe("warehouse", files.tables?.warehouses?.count, configuration.reference.warehouses),
        ]
        if let thresholds = configuration.reference.thresholds {
            tables.append(Self.describe("threshold", files.tables?.thresholds?.count, thresholds))
        }
        print(
            "configuration ok: " + tables.joined(separator: ", ") + (connect ? ", broker and topics ok" : "")
                + (connect && configuration.postgres.url != nil ? ", PostgreSQL ok" : ""))
    }

    private static func describe(
        _ noun: String, _ count: Int?, _ location: Configuration.Reference.Location
    ) -> String {
        if case .topic(let topic) = location { return "\(noun)s from the topic \(topic.name)" }
        return Counted.text(count ?? 0, noun)
    }

    private func checkBroker(_ configuration: Configuration) throws {
        let client = configuration.clientSettings(Logger(label: "check") { _ in SwiftLogNoOpLogHandler() })
        var problems: [String]
        do throws(KafkaError) {
            let admin = try Admin(client)
            defer { admin.close(deadlineMs: 2_000) }
            try admin.ping(timeoutMs: 10_000)
            problems = try TopicPreparation(configuration, admin).problems()
            if !configuration.notify.receivers.isEmpty { problems += try configuration.notifyProblems(admin) }
            switch try TransactionTrial.run(configuration, client) {
            case .works: break
            case .refused(let problem): problems.append(problem)
            case .untried(let note): printError(note)
            }
        } catch {
            printError("kafka.brokers: \(configuration.kafka.bootstrapServers) does not answer: \(error)")
            throw Exit.unavailable
        }
        guard problems.isEmpty else { throw ConfigurationOption.fail(problems) }
    }
}
