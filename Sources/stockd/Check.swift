import ArgumentParser
import Kafka
import Logging
import Service

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints every mistake in the configuration at once, and exits with 78 on any.")

    @OptionGroup var options: ConfigurationOption

    @Flag(help: "Also connect, and check the topics and their partition counts.")
    var broker = false

    func run() throws {
        let (configuration, _, catalog) = try options.loadOrExit()
        if broker { try checkBroker(configuration) }
        print(
            "configuration ok: \(catalog.products.count) products, \(catalog.warehouses.count) warehouses"
                + (broker ? ", broker and topics ok" : ""))
    }

    private func checkBroker(_ configuration: Configuration) throws {
        let silent = Logger(label: "check") { _ in SwiftLogNoOpLogHandler() }
        let problems: [String]
        do throws(KafkaError) {
            let admin = try Admin(configuration.clientSettings(silent))
            defer { admin.close(deadlineMs: 2_000) }
            try admin.ping(timeoutMs: 10_000)
            problems = try TopicPreparation(configuration, admin).problems()
        } catch {
            printError("kafka.brokers: \(configuration.kafka.bootstrapServers) does not answer: \(error)")
            throw Exit.unavailable
        }
        guard problems.isEmpty else { throw ConfigurationOption.fail(problems) }
    }
}
