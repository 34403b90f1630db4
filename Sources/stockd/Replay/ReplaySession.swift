import Inventory
import Pipeline
import Wire

/// Messages from files, applied as the daemon applies those of one partition.
struct ReplaySession: ~Copyable {
    let replay: EventReplay
    private(set) var rejected = RejectedEvents()
    private let ids: IDs

    init(_ settings: PipelineSettings, catalog: Catalog) {
        ids = settings.ids
        replay = EventReplay(settings, catalog: catalog)
    }

    /// A file's first line, until the next one shows whether it is a message.
    private struct FirstLine {
        let bytes: [UInt8]
        let number: Int
        let shape: LineShape
    }

    mutating func read(_ path: String, _ publish: (AlertChange) -> Void) throws(ReplayFailure) {
        var lines = try LineReader(path: path)
        if let kind = try lines.beginning({ ForeignContent.name(of: $0.bytes) }) { throw Self.refusal(path, kind) }
        lines.skipMark()
        var isFirst = true
        var first: FirstLine?
        var number = 0
        while try lines.next() {
            number += 1
            try lines.withLine { (line) throws(ReplayFailure) in
                // An empty line, as at a file's end, is no event.
                guard !line.isEmpty else { return }
                if isFirst {
                    isFirst = false
                    first = try Self.examine(line, number, path)
                    if first != nil { return }
                } else if let held = first.take() {
                    try take(held, before: line, path, publish)
                }
                try take(line, path, number, publish)
            }
        }
        guard let first else { return }
        if first.shape == .array { throw Self.refusal(path, .array) }
        try take(first, before: UnsafeRawBufferPointer(start: nil, count: 0), path, publish)
    }

    private static func examine(
        _ line: UnsafeRawBufferPointer, _ number: Int, _ path: String
    ) throws(ReplayFailure) -> FirstLine? {
        let shape = LineShape(line)
        switch shape {
        case .message: return nil
        case .openArray, .columnNames: throw refusal(path, shape)
        case .array, .openObject: return FirstLine(bytes: Array(line), number: number, shape: shape)
        }
    }

    /// Takes the first line as a message, unless the second one shows that it is not whole.
    private mutating func take(
        _ first: FirstLine, before second: UnsafeRawBufferPointer, _ path: String, _ publish: (AlertChange) -> Void
    ) throws(ReplayFailure) {
        if first.shape == .openObject, let byte = second.first, byte != UInt8(ascii: "{") {
            throw Self.refusal(path, .openObject)
        }
        try first.bytes.withUnsafeBufferPointer { (line) throws(ReplayFailure) in
            try take(UnsafeRawBufferPointer(line), path, first.number, publish)
        }
    }

    private mutating func take(
        _ line: UnsafeRawBufferPointer, _ path: String, _ number: Int, _ publish: (AlertChange) -> Void
    ) throws(ReplayFailure) {
        do throws(SessionFailure) {
            if let error = try replay.apply(value: line) {
                rejected.add(error, at: "\(LineReader.name(path)):\(number)")
            }
        } catch {
            throw ReplayFailure("\(LineReader.name(path)):\(number) \(error.message)", Exit.configuration)
        }
        replay.commit(publish)
    }

    // MARK: Files of another kind

    private static func refusal(_ path: String, _ shape: LineShape) -> ReplayFailure {
        switch shape {
        case .array, .openArray:
            refusal(path, "one JSON array", remedy: "jq -c '.[]' makes lines of it")
        case .columnNames: refusal(path, "a table with a header, such as CSV")
        default: refusal(path, "JSON written over several lines", remedy: "jq -c . writes each event on one")
        }
    }

    private static func refusal(_ path: String, _ kind: String, remedy: String? = nil) -> ReplayFailure {
        let name = LineReader.name(path)
        return ReplayFailure(
            "\(name): is \(kind), but replay reads events as JSON in UTF-8, one a line"
                + (remedy.map { "; \($0)" } ?? ""),
            Exit.data)
    }
}
