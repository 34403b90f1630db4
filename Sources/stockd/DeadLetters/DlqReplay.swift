import ArgumentParser
import Service

struct DlqReplay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Puts chosen events back on the topic and partition they came from, once each.",
        discussion: """
            Key, value and headers are the original's; the timestamp is the present. What was put back is \
            remembered in the same Kafka transaction, so that neither a second call nor a crash in the \
            middle puts an event back twice. An event that is still bad comes back as a new dead letter.
            """)

    @OptionGroup var options: ConfigurationOption
    @OptionGroup var selection: DeadLetterSelection

    @Flag(help: "All of them.")
    var all = false

    @Flag(help: "Only say what would be done.")
    var dryRun = false

    @Flag(help: "Also those that were put back before.")
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
            var settings = DeadLetterReplay.Options()
            settings.isDryRun = dryRun
            settings.again = again
            let tally = Tally()
            let replay = try DeadLetterReplay(box, settings) { tally.note($0, $1) }
            defer { replay.close() }
            do {
                try replay.run(filter)
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

/// Says what became of each letter, and counts.
private final class Tally {
    private var replayed = 0
    private var already = 0
    private(set) var refused = 0
    private(set) var seen: Set<DeadLetterPosition> = []

    func note(_ letter: DeadLetter, _ outcome: DeadLetterReplay.Outcome) {
        seen.insert(letter.position)
        let place = letter.source.map { "\(Escaped.text($0.topic))[\($0.partition)]" } ?? "nowhere"
        switch outcome {
        case .replayed:
            replayed += 1
            print("\(letter.position)  put back on \(place)  (\(Escaped.text(letter.reason)))")
        case .wouldBeReplayed:
            replayed += 1
            print("\(letter.position)  would be put back on \(place)  (\(Escaped.text(letter.reason)))")
        case .already(let time):
            already += 1
            print("\(letter.position)  already replayed at \(time), skipped; --again puts it back once more")
        case .refused(let why):
            refused += 1
            printError("\(letter.position): not put back: \(Escaped.text(why))")
        }
    }

    func sentence(_ isDryRun: Bool) -> String {
        "\(replayed) \(isDryRun ? "would be put back" : "put back"), \(already) skipped, \(refused) refused"
    }
}
