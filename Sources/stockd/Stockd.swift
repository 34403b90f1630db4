import ArgumentParser
import Pipeline

@main
struct Stockd: AsyncParsableCommand {
    static let release = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "stockd",
        abstract: "Keeps stock and low-stock alerts current from order events in Kafka, exactly once.",
        discussion: """
            stockd demo                                     shows what it does, on a Kafka of its own
            stockd check --config /etc/stockd/stockd.yaml   names every mistake in a configuration
            stockd run --config /etc/stockd/stockd.yaml     runs the daemon

            Exit codes: 0 ok, 64 usage, 65 bad data, 69 broker unavailable past its deadline, 70 internal \
            error, 74 I/O error, 78 configuration.
            """,
        version: release,
        subcommands: [
            Run.self, Check.self, Top.self, Query.self, Dlq.self, Replay.self, AuditCommand.self, State.self,
            PostgresCommand.self, NotifyCommand.self, Demo.self,
            Version.self,
        ])

    static func main() async {
        StandardFiles.open()
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch  where exitCode(for: error).isSuccess {
            // What --help and --version print. ArgumentParser would not notice that it cannot be written.
            let text = fullMessage(for: error)
            if !text.isEmpty { print(text) }
        } catch {
            exit(withError: error)
        }
    }

    /// Without a subcommand: where a newcomer begins.
    func run() {
        print(
            """
            stockd keeps stock and low-stock alerts current from order events in Kafka.

              stockd demo                  shows what it does, on a Kafka of its own
              stockd check --config FILE   names every mistake in a configuration
              stockd run --config FILE     runs the daemon
              stockd --help                lists all commands
            """)
    }
}

/// The process's exit codes, those of BSD's sysexits.h.
enum Exit {
    static let data = ExitCode(65)
    static let unavailable = ExitCode(69)
    static let internalError = ExitCode(70)
    static let io = ExitCode(74)
    static let configuration = ExitCode(78)

    /// The exit code for a worker's stop reason.
    static func code(of stop: StopReason) -> ExitCode {
        switch stop.kind {
        case .configuration: configuration
        case .unavailable: unavailable
        case .data: data
        case .internalError: internalError
        }
    }
}
