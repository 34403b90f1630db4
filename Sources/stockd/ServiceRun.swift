import ArgumentParser
import Logging
import Pipeline
import ServiceLifecycle
import Web

/// Runs a daemon and what belongs to it until it ends or a signal comes; failures become exit codes.
struct ServiceRun {
    /// The HTTP interface; it ends last, and its failure ends the others.
    let web: (any Service)?
    let daemon: any Service
    /// What runs beside the daemon.
    var others: [any Service] = []
    let logger: Logger

    func run() async throws {
        let services =
            [web].compactMap { $0 }.map { Self.entry($0, onSuccess: .ignore) }
            + [Self.entry(daemon, onSuccess: .gracefullyShutdownGroup)] + others.map { .init(service: $0) }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                // They end in reverse order, so HTTP still responds while the daemon ends.
                services: services, gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }))
        do {
            try await group.run()
        } catch let failure as WebFailure {
            logger.critical("\(failure)")
            throw Exit.io
        } catch let stop as StopReason {
            logger.critical("\(stop.message)")
            throw Exit.code(of: stop)
        }
    }

    private static func entry(
        _ service: any Service,
        onSuccess: ServiceGroupConfiguration.ServiceConfiguration.TerminationBehavior
    ) -> ServiceGroupConfiguration.ServiceConfiguration {
        .init(
            service: service, successTerminationBehavior: onSuccess,
            failureTerminationBehavior: .gracefullyShutdownGroup)
    }
}
