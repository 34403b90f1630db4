/// One thing that is wrong with a reference file or row: where, what was found, what would be right.
public struct ReferenceMistake: Equatable, Sendable, CustomStringConvertible {
    /// Counted from 1; nil for a row that came as a message.
    public var line: Int?
    /// Nil when it is not about one column.
    public var column: String?
    /// What was found, fit for a log line.
    public var found: String
    /// What would be right; reads after "expected". Nil where `found` is a sentence that says all.
    public var expected: String?

    public var description: String {
        let place = [line.map { "line \($0)" }, column].compactMap { $0 }.joined(separator: ", ")
        return (place.isEmpty ? "" : place + ": ") + (expected.map { "found \(found), expected \($0)" } ?? found)
    }
}

/// All that is wrong with a reference file or row. None of it is used.
public struct ReferenceMistakes: Error, Equatable, Sendable, CustomStringConvertible {
    /// The first of them, in the order of the file.
    public private(set) var mistakes: [ReferenceMistake] = []
    /// How many there are in all: a file of another kind has one on every line.
    public private(set) var count = 0

    /// How many are kept.
    public static let limit = 100

    public var isEmpty: Bool { count == 0 }

    public var description: String {
        let listed = mistakes.map(\.description).joined(separator: "\n")
        return count > mistakes.count ? listed + "\nand \(count - mistakes.count) more" : listed
    }

    init() {}

    init(line: Int?, _ sentence: String) { add(line: line, sentence) }

    init(line: Int?, found: String, expected: String) { add(line: line, found: found, expected: expected) }

    mutating func add(_ mistake: ReferenceMistake) {
        count += 1
        if mistakes.count < Self.limit { mistakes.append(mistake) }
    }

    /// - Parameter sentence: says all of the mistake.
    mutating func add(line: Int?, _ sentence: String) {
        add(ReferenceMistake(line: line, column: nil, found: sentence, expected: nil))
    }

    mutating func add(line: Int?, column: String? = nil, found: String, expected: String) {
        add(ReferenceMistake(line: line, column: column, found: found, expected: expected))
    }
}
