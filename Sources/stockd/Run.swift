import ArgumentParser
import Foundation
import Logging
import Pipeline
import Service

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the daemon until SIGTERM or SIGINT; SIGHUP reads the reference files again.",
        discussion: "Example: stockd run --config /etc/stockd/stockd.yaml")

    @OptionGroup var options: ConfigurationOption

    @Flag(help: "Recompute the stock from the log, report what differed, and publish the difference.")
    var rebuild = false

    @Flag(
        help:
            "Keep the stock although events.* or the group's name changed; the new rules apply from here on.")
    var acceptConfigChange = false

    @Flag(help: "Go on although the log no longer holds events that were not counted.")
    var acceptDataLoss = false

    func run() async throws {
        let hangups = await Hangups()
        let (configuration, files, catalog) = try options.loadOrExit()
        let output = LogOutput(configuration.log, environment: options.environment)
        output.bootstrap()
        let logger = output.logger("stockd")
        logger.notice("stockd \(Stockd.release) starting", metadata: ["config": "\(options.config)"])
        for note in configuration.notes { logger.notice("\(note)") }
        var daemonOptions = Daemon.Options()
        daemonOptions.rebuilds = rebuild
        daemonOptions.acceptsConfigChange = acceptConfigChange
        daemonOptions.acceptsDataLoss = acceptDataLoss
        let daemon = Daemon(
            configuration, options: daemonOptions, files: files, catalog: catalog, logger: logger,
            environment: options.environment, release: Stockd.release,
            onReload: { reload(configuration, output, logger) })
        try await ServiceRun(
            web: daemon.webServer, daemon: daemon, others: [ReloadOnHangup(daemon, hangups)], logger: logger
        ).run()
        if daemon.hasLeftWorkerBehind {
            // Nothing is lost: Kafka aborts what is open, and the next start does it again.
            logger.warning("stopped without waiting longer for Kafka, which aborts the open transaction")
        } else {
            logger.notice("stopped in good order")
        }
    }

    /// For SIGHUP: changes the log level at once, and logs what needs a restart.
    private func reload(_ running: Configuration, _ output: LogOutput, _ logger: Logger) {
        let (newer, mistakes) = options.load()
        guard let newer else {
            for mistake in mistakes {
                logger.error("configuration not applied, the old settings stay: \(mistake)")
            }
            return
        }
        for change in running.changes(to: newer) { logger.notice("\(change)") }
        output.level.level = newer.log.level
    }
}
