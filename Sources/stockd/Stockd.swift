import ArgumentParser
import Pipeline

@main
struct Stockd: AsyncParsableCommand {
    static let release = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "stockd",
        abstract: "Keeps stock and low-stock alerts current from order events in Kafka, exactly once.",
        discussion: """
            Exit codes: 0 ok, 64 usage, 65 bad data, 69 broker unavailable past its deadline, 70 internal \
            error, 74 I/O error, 78 configuration.
            """,
        version: release,
        subcommands: [
            Run.self, Check.self, Top.self, Query.self, Dlq.self, Replay.self, State.self, Demo.self,
            Version.self,
        ])
}

/// The process's exit codes, those of BSD's sysexits.h.
enum Exit {
    static let data = ExitCode(65)
    static let unavailable = ExitCode(69)
    static let internalError = ExitCode(70)
    static let io = ExitCode(74)
    static let configuration = ExitCode(78)

    /// What the process ends with when a worker did.
    static func code(of stop: StopReason) -> ExitCode {
        switch stop.kind {
        case .configuration: configuration
        case .unavailable: unavailable
        case .data: data
        case .internalError: internalError
        }
    }
}
