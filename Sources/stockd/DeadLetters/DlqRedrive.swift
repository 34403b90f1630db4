import ArgumentParser
import Service
import Wire

struct DlqRedrive: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redrive",
        abstract: "Sends chosen events again to the topic and partition they came from, once each.",
        discussion: """
            Key, value and headers are the original's; the timestamp is the present. What was redriven is \
            remembered in the same Kafka transaction, so that neither a second call nor a crash in the \
            middle sends an event twice. An event that is still bad comes back as a new dead letter.

            Example: stockd dlq redrive --config /etc/stockd/stockd.yaml 0:17 0:18
            """)

    @OptionGroup var options: ConfigurationOption
    @OptionGroup var selection: DeadLetterSelection

    @Flag(help: "Redrive all dead letters.")
    var all = false

    @Flag(help: "Only print what would be done.")
    var dryRun = false

    @Flag(help: "Also redrive those that were redriven before.")
    var again = false

    @Argument(help: "Partition and offset of each, 0:17.", transform: DeadLetterPosition.parse)
    var positions: [DeadLetterPosition] = []

    func validate() throws {
        if !positions.isEmpty, all || !selection.isEmpty {
            throw ValidationError("give positions, or --all, or --reason, --since and --until")
        }
        if positions.isEmpty, !all, selection.isEmpty {
            throw ValidationError("nothing is chosen: give positions, --all, --reason, --since or --until")
        }
    }

    func run() throws {
        try options.withDeadLetters { box in
            var filter = selection.filter
            if !positions.isEmpty { filter.positions = Set(positions) }
            var settings = DeadLetterRedrive.Options()
            settings.isDryRun = dryRun
            settings.again = again
            let tally = Tally()
            let redrive = try DeadLetterRedrive(box, settings) { tally.note($0, $1) }
            defer { redrive.close() }
            do {
                try redrive.run(filter)
            } catch {
                print(tally.sentence(dryRun))
                throw error
            }
            print(tally.sentence(dryRun))
            let missing = Set(positions).subtracting(tally.seen).sorted()
            for position in missing { printError("there is no dead letter \(position)") }
            if tally.refused > 0 || !missing.isEmpty { throw Exit.data }
        }
    }
}

/// Says what became of each dead letter, and counts.
private final class Tally {
    private var redriven = 0
    private var already = 0
    private(set) var refused = 0
    private(set) var seen: Set<DeadLetterPosition> = []

    func note(_ deadLetter: DeadLetter, _ outcome: DeadLetterRedrive.Outcome) {
        seen.insert(deadLetter.position)
        let target = deadLetter.source.map { "\(EscapedText.of($0.topic))[\($0.partition)]" } ?? "nowhere"
        switch outcome {
        case .redriven:
            redriven += 1
            print("\(deadLetter.position)  redriven to \(target)  (\(EscapedText.of(deadLetter.reason)))")
        case .wouldBeRedriven:
            redriven += 1
            print(
                "\(deadLetter.position)  would be redriven to \(target)  (\(EscapedText.of(deadLetter.reason)))"
            )
        case .already(let time):
            already += 1
            let time = EscapedText.of(time)
            print("\(deadLetter.position)  already redriven at \(time), skipped; --again sends it once more")
        case .refused(let why):
            refused += 1
            printError("\(deadLetter.position): not redriven: \(why)")
        }
    }

    func sentence(_ isDryRun: Bool) -> String {
        "\(redriven) \(isDryRun ? "would be redriven" : "redriven"), \(already) skipped, \(refused) refused"
    }
}
