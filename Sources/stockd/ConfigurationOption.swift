import ArgumentParser
import Foundation
import Inventory
import Service
import Wire

/// `--config`: reads the file, the environment and systemd's credentials.
struct ConfigurationOption: ParsableArguments {
    @Option(name: .long, help: "The YAML configuration file; STOCKD_… variables override it.")
    var config: String

    func validate() throws {
        if config.isEmpty { throw ValidationError("--config: the file's name is empty") }
    }

    var environment: [String: String] { ProcessInfo.processInfo.environment }

    /// The configuration, or every mistake in it.
    func load() -> (Configuration?, [Mistake]) {
        Configuration.load(
            file: config, environment: environment,
            credentialsDirectory: environment["CREDENTIALS_DIRECTORY"],
            checkProperty: Configuration.checkProperty)
    }

    /// The configuration and the reference tables; prints every mistake and exits with 78 on any.
    func loadOrExit() throws -> (Configuration, ReferenceFiles, Catalog) {
        let (configuration, mistakes) = load()
        var problems = mistakes.map(\.description)
        guard let configuration else { throw Self.fail(problems) }
        problems += configuration.clientProblems()
        let files = ReferenceFiles(configuration)
        var catalog = Catalog()
        switch files.load() {
        case .replaced(let tables): catalog = tables.catalog
        case .kept(let mistakes): problems += mistakes
        case .unchanged: break
        }
        guard problems.isEmpty else { throw Self.fail(problems) }
        return (configuration, files, catalog)
    }

    static func fail(_ problems: [String]) -> ExitCode {
        for problem in problems { printError(problem) }
        printError("\(Counted.text(problems.count, "mistake")) in the configuration")
        return Exit.configuration
    }
}

/// One line on standard error; one that cannot be written is lost, and the exit code says enough. It may quote text of
/// others: names of files and topics, headers, responses.
func printError(_ text: String) {
    // The journal names the program itself, and takes a priority instead.
    let isJournal = LogStyle(.auto, environment: ProcessInfo.processInfo.environment) == .journal
    LogSink().write("\(isJournal ? "<3>" : "stockd: ")\(EscapedText.of(text))\n")
}
