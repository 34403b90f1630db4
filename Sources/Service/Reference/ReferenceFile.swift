/// How a reference file is written.
public enum ReferenceFormat: String, Sendable {
    case csv
    case json

    /// By the end of the file's name; the configuration lets no other pass.
    public init(path: String) {
        self = path.lowercased().hasSuffix(".json") ? .json : .csv
    }
}

/// A file's rows, or why there are none.
public enum ReferenceParse<Row: Sendable>: Sendable {
    case rows([Row])
    /// Each names the line and what is wrong there.
    case mistakes([String])
}

/// A reference table's file and how to read it.
public struct ReferenceFile<Row: Sendable>: Sendable {
    public typealias Parser = @Sendable (_ bytes: [UInt8], _ format: ReferenceFormat) -> ReferenceParse<Row>

    public let path: String
    private let parse: Parser

    public init(path: String, parse: @escaping Parser) {
        self.path = path
        self.parse = parse
    }

    /// Reads the whole file; all of its mistakes, each with the file's name, when it has any.
    public func load() -> ReferenceParse<Row> {
        let bytes: [UInt8]
        do {
            bytes = try FileContent.stableBytes(ofFile: path)
        } catch {
            return .mistakes(["\(path): \(error)"])
        }
        switch parse(bytes, ReferenceFormat(path: path)) {
        case .rows(let rows): return .rows(rows)
        case .mistakes(let mistakes): return .mistakes(mistakes.map { "\(path): \($0)" })
        }
    }
}
