import ArgumentParser
import Inventory
import Service

/// The options of a replay that reads Kafka.
struct PastOptions: ParsableArguments {
    enum By: String, ExpressibleByArgument, CaseIterable {
        case recordTime = "record-time"
        case eventTime = "event-time"
    }

    @Flag(help: "Read the input topic and the reference topics that --config names.") var kafka = false
    @Option(help: "The moment, such as 2026-03-30T12:00:00Z; without it, now.") var until: String?
    @Option(
        name: .customLong("until-offsets"), help: "For each partition the offset behind the last event: 0=15,1=20.")
    var untilOffsets: String?
    @Option(help: "Which time of an event counts for --until and --compare.") var by = By.recordTime
    @Option(help: "Print what changed since this earlier moment, instead of the views.") var compare: String?
    @Flag(
        name: .customLong("accept-partial"),
        help: "Go on if the beginning of the history is deleted, or later than the moment, and mark the output.")
    var acceptPartial = false

    /// An option that only makes sense beside `--kafka`.
    var needless: String? {
        let given = [
            ("--until", until != nil), ("--until-offsets", untilOffsets != nil), ("--by", by != .recordTime),
            ("--compare", compare != nil), ("--accept-partial", acceptPartial),
        ]
        return given.first { $0.1 }?.0
    }

    func validate() throws {
        if until != nil, untilOffsets != nil { throw ValidationError("give --until or --until-offsets, not both") }
        if untilOffsets != nil, by == .eventTime {
            throw ValidationError("--by event-time goes with --until, not with --until-offsets")
        }
        _ = try moment
        if let earlier = try earlier, let time = try until.map({ try Self.instant($0, "--until") }), earlier > time {
            throw ValidationError("--compare: must be a moment before --until")
        }
    }

    /// What `--until`, `--until-offsets` and `--by` say.
    var moment: TopicReplay.Moment {
        get throws {
            if let untilOffsets { return .offsets(try Self.offsets(untilOffsets)) }
            guard let until else { return .present }
            return moment(of: try Self.instant(until, "--until"))
        }
    }

    /// What `--compare` says.
    var earlier: Timestamp? { get throws { try compare.map { try Self.instant($0, "--compare") } } }

    func moment(of time: Timestamp) -> TopicReplay.Moment { by == .eventTime ? .eventTime(time) : .recordTime(time) }

    private static func instant(_ text: String, _ option: String) throws -> Timestamp {
        guard let time = InstantText.read(text) else {
            throw ValidationError(
                "\(option): found \"\(text)\"; must be a time with its zone, such as 2026-03-30T12:00:00Z")
        }
        return time
    }

    private static func offsets(_ text: String) throws -> [Partition: Offset] {
        var offsets: [Partition: Offset] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let numbers = part.split(separator: "=", omittingEmptySubsequences: false)
            guard numbers.count == 2, let partition = Int32(numbers[0]), let offset = Int64(numbers[1]),
                partition >= 0, offset >= 0, offsets.updateValue(Offset(offset), forKey: Partition(partition)) == nil
            else {
                throw ValidationError(
                    "--until-offsets: found \"\(part)\"; must be PARTITION=OFFSET, each partition once, "
                        + "such as 0=15,1=20")
            }
        }
        return offsets
    }
}
