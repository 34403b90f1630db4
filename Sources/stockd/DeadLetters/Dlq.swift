import ArgumentParser
import Foundation
import Pipeline
import Service

struct Dlq: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists, shows and redrives dead letters, the events that were rejected.",
        discussion: """
            Reads dead_letters.topic without a consumer group, so it leaves no trace and may run beside the \
            daemon. A dead letter is named by its partition and offset there, 0:17.

            Example: stockd dlq list --config /etc/stockd/stockd.yaml --since 2h
            """,
        subcommands: [DlqList.self, DlqShow.self, DlqRedrive.self])
}

/// Which dead letters are meant, by reason and time.
struct DeadLetterSelection: ParsableArguments {
    @Option(help: "Only dead letters with this reason; may be repeated.")
    var reason: [String] = []

    @Option(help: "Only events with a time at or after this: 2026-03-30T08:00:00Z, or 2h for two hours ago.")
    var since: String?

    @Option(help: "Only events with a time before this.")
    var until: String?

    var isEmpty: Bool { reason.isEmpty && since == nil && until == nil }

    func validate() throws {
        for (name, text) in [("since", since), ("until", until)] {
            guard let text, Moment(text, nowMs: 0) == nil else { continue }
            throw ValidationError("--\(name): found \"\(text)\"; must be like 2026-03-30T08:00:00Z or 2h")
        }
    }

    var filter: DeadLetterFilter {
        var filter = DeadLetterFilter()
        filter.reasons = Set(reason)
        let nowMs = Int64(Date().timeIntervalSince1970 * 1_000)
        filter.since = since.flatMap { Moment($0, nowMs: nowMs) }
        filter.until = until.flatMap { Moment($0, nowMs: nowMs) }
        return filter
    }
}

extension DeadLetterPosition {
    /// For arguments.
    static func parse(_ text: String) throws -> DeadLetterPosition {
        guard let position = DeadLetterPosition(text) else {
            throw ValidationError("found \"\(text)\"; must be a partition and an offset, 0:17")
        }
        return position
    }
}

extension ConfigurationOption {
    /// Runs a closure on the dead letters, and turns errors into exit codes.
    func withDeadLetters(_ body: (DeadLetterBox) throws -> Void) throws {
        let (configuration, mistakes) = load()
        guard let configuration else { throw Self.fail(mistakes.map(\.description)) }
        do {
            let box = try DeadLetterBox(configuration)
            defer { box.close() }
            try body(box)
        } catch let failure as StopReason {
            printError(failure.message)
            throw Exit.code(of: failure)
        }
    }
}
