import ArgumentParser
import Foundation
import Inventory
import Logging
import Pipeline
import Service
import Wire

/// `stockd replay --kafka`: the views as of a moment, or what changed between two.
struct PastReplay {
    private let command: Replay
    private let options: PastOptions

    init(_ command: Replay) {
        self.command = command
        options = command.past
    }

    func run() throws {
        let (configuration, files) = try load()
        let silent = Logger(label: "replay") { _ in SwiftLogNoOpLogHandler() }
        var said: Set<String> = []
        var hasRejected = false
        do throws(StopReason) {
            let topics = try TopicReplay(
                configuration, client: configuration.clientSettings(silent), files: files, release: Stockd.release
            ) { if said.insert($0).inserted { printError($0) } }
            for missing in topics.history.missing { printError(missing) }
            guard topics.history.missing.isEmpty || options.acceptPartial else { throw Self.partial }
            hasRejected = try print(topics, configuration.ids.table) > 0
        } catch {
            printError(error.message)
            throw Exit.code(of: error)
        }
        if command.strict, hasRejected { throw Exit.data }
    }

    private static let partial = StopReason(
        .data, "the views of any moment would be wrong; --accept-partial prints them from what is left")

    private func load() throws -> (Configuration, Catalog) {
        var options = ConfigurationOption()
        options.config = command.config ?? ""
        let (loaded, mistakes) = options.load()
        guard let configuration = loaded else { throw ConfigurationOption.fail(mistakes.map(\.description)) }
        let files = ReferenceFiles(configuration)
        if case .kept(let mistakes) = files.load() { throw ConfigurationOption.fail(mistakes) }
        for note in files.tables?.notes ?? [] { printError(note) }
        return (configuration, files.tables?.catalog ?? Catalog())
    }

    /// - Returns: how many events were rejected.
    private func print(_ topics: TopicReplay, _ ids: IDs) throws(StopReason) -> Int {
        guard let moment = try? options.moment, let earlier = try? options.earlier else {
            return try printViews(topics, (try? options.moment) ?? .present, ids)
        }
        let first = options.moment(of: earlier)
        // Which events an event's own time leaves out is decided when it is read, so the later moment begins anew.
        let readsTwice = if case .eventTime = first { true } else { false }
        var reading = PastReading(topics, first, isQuiet: readsTwice)
        try reading.read(topics, to: first)
        let before = reading.replay.views(ids)
        var isPartial = try isPartial(topics, reading, first)
        if readsTwice { reading = PastReading(topics, moment) }
        try reading.read(topics, to: moment)
        isPartial = try self.isPartial(topics, reading, moment) || isPartial
        let comparison = Comparison(before: before, after: reading.replay.views(ids), ids)
        comparison.print(command.format, isPartial: isPartial)
        return reading.report()
    }

    private func printViews(
        _ topics: TopicReplay, _ moment: TopicReplay.Moment, _ ids: IDs
    ) throws(StopReason) -> Int {
        var reading = PastReading(topics, moment)
        // Not with all views: the changes of a whole history would bury them.
        let prints = ChangePrinter(
            format: command.format, isWanted: command.view == .changes, isPartial: !topics.history.missing.isEmpty,
            ids)
        prints.header()
        try reading.read(topics, to: moment, prints)
        prints.flush()
        let isPartial = try isPartial(topics, reading, moment)
        command.printViews(reading.replay.views(ids), isPartial: isPartial)
        return reading.report()
    }

    /// Whether events are missing, or the moment is before the first of them.
    private func isPartial(
        _ topics: TopicReplay, _ reading: PastReading, _ moment: TopicReplay.Moment
    ) throws(StopReason) -> Bool {
        if !topics.history.missing.isEmpty { return true }
        guard let reason = Self.doubt(topics.history, reading.replay, moment) else { return false }
        guard options.acceptPartial else { throw reason }
        return true
    }

    private static func doubt(
        _ history: InputHistory, _ replay: EventReplay, _ moment: TopicReplay.Moment
    ) -> StopReason? {
        if case .recordTime = moment, replay.positions == history.starts, history.hasRecords {
            return StopReason(
                .data,
                "the input topic begins later than that moment; --accept-partial prints the views all the same")
        }
        guard history.isCompacted, moment.isEarlier || !replay.followsRows else { return nil }
        return StopReason(
            .data,
            "the input topic is compacted, so events that counted at that moment may be gone; --accept-partial prints "
                + "the views from what is left, --by event-time those of database rows as they are now")
    }
}

/// One reading of the topics, and what it rejected.
struct PastReading {
    let replay: EventReplay
    private var rejected = RejectedEvents()
    private let isQuiet: Bool

    /// - Parameter isQuiet: reports no rejected events, because the topic is read a second time.
    init(_ topics: TopicReplay, _ moment: TopicReplay.Moment, isQuiet: Bool = false) {
        replay = topics.begin(at: moment)
        self.isQuiet = isQuiet
    }

    /// - Parameter prints: prints each change of an alert; nil where nobody asked for them.
    mutating func read(
        _ topics: TopicReplay, to moment: TopicReplay.Moment, _ prints: ChangePrinter? = nil
    ) throws(StopReason) {
        let (replay, line, isQuiet) = (replay, ProgressLine(), isQuiet)
        defer { line.clear() }
        let printsChanges = prints?.isWanted == true
        var found = rejected
        try topics.read(
            replay, to: moment, commitsEach: printsChanges,
            // Changes are printed meanwhile, and may go to the same terminal.
            progress: { if !printsChanges { line.show($0) } },
            reject: {
                if isQuiet { return }
                line.clear()
                found.add($0, at: "partition \($1.partition.rawValue), offset \($1.offset.rawValue)")
            },
            commit: { if printsChanges { replay.commit { prints?.print($0) } } else { replay.commit() } })
        rejected = found
    }

    /// Says what was counted.
    /// - Returns: how many events were rejected.
    func report() -> Int {
        replay.report(rejected)
        return replay.counts.rejected
    }
}

/// How far a reading is, on a terminal.
final class ProgressLine {
    private let isShown = isatty(2) == 1
    private let began = ContinuousClock.now
    private var last = ContinuousClock.now

    func show(_ progress: ReadProgress) {
        guard isShown, ContinuousClock.now - last > .milliseconds(200) else { return }
        last = .now
        let percent = progress.total == 0 ? 100 : progress.done * 100 / progress.total
        let rate = Double(progress.done) / max(0.001, (last - began) / .seconds(1))
        write("\r\(progress.done) of \(progress.total) events, \(percent) %, \(Int(rate)) a second ")
    }

    /// Leaves the line to what follows.
    func clear() { if isShown { write("\r\u{1B}[K") } }

    private func write(_ text: String) { LogSink().write(text) }
}
