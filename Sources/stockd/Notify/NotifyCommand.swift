import ArgumentParser
import Foundation
import Logging
import Service

struct NotifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify",
        abstract: "Tells people of alerts: Slack, PagerDuty, mail, webhooks, Alertmanager.",
        discussion: """
            A daemon of its own beside "stockd run", until SIGTERM or SIGINT. It reads the alert topic, and tells \
            each receiver of the configuration.

            Example: stockd notify --config /etc/stockd/stockd.yaml
            """,
        subcommands: [NotifyRun.self, NotifyTest.self, NotifyList.self], defaultSubcommand: NotifyRun.self)
}

struct NotifyRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs the daemon; it is what \"stockd notify\" does without a subcommand.",
        discussion: "Example: stockd notify --config /etc/stockd/stockd.yaml")

    @OptionGroup var options: ConfigurationOption

    func run() async throws {
        let configuration = try options.notifying()
        let output = LogOutput(configuration.log, environment: options.environment)
        output.bootstrap()
        let logger = output.logger("stockd")
        let (receivers, mistakes) = configuration.makeReceivers(logger)
        guard mistakes.isEmpty else { throw ConfigurationOption.fail(mistakes) }
        logger.notice("stockd notify \(Stockd.release) starting", metadata: ["config": "\(options.config)"])
        let daemon = NotifyDaemon(
            configuration, receivers: receivers, logger: logger, environment: options.environment)
        try await ServiceRun(web: daemon.server, daemon: daemon, logger: logger).run()
        logger.notice("stopped in good order")
    }
}

extension ConfigurationOption {
    /// The configuration as far as `stockd notify` uses it; prints every mistake and exits with 78 on any.
    func notifying() throws -> Configuration {
        let sections = ["kafka", "alerts", "topics", "ids", "notify", "log", "reference"]
        let (configuration, mistakes) = Configuration.load(
            file: config, environment: environment, credentialsDirectory: environment["CREDENTIALS_DIRECTORY"],
            checkProperty: Configuration.checkProperty,
            counts: { $0.concerns(sections) && !($0.concerns(["reference"]) && $0.isAbsence) })
        guard let configuration else { throw Self.fail(mistakes.map(\.description)) }
        let problems = configuration.clientProblems()
        guard problems.isEmpty else { throw Self.fail(problems) }
        return configuration
    }
}
