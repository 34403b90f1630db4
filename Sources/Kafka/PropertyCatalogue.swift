import CRDKafka
import Glibc

/// The properties that the loaded librdkafka has for consumers only and for producers only. librdkafka warns about a
/// property of the other kind at every start, so each client gets only its own.
enum PropertyCatalogue {
    static let consumerOnly = names(marked: "C")
    static let producerOnly = names(marked: "P")

    /// Every property that can be set; not those that librdkafka only knows as another client's.
    static let all = names(marked: "*").union(consumerOnly).union(producerOnly)

    private static let table = printed()

    /// Whether the loaded librdkafka has a property.
    static func has(_ name: String) -> Bool { all.contains(name) }

    /// What the values of a property must be, as the end of the sentence `must be …`.
    enum Values: CustomStringConvertible {
        case range(ClosedRange<Int64>)
        case words([String], isList: Bool)

        func contains(_ value: String) -> Bool {
            switch self {
            case .range(let range): Int64(value).map(range.contains) ?? false
            case .words(let words, _): words.contains { $0.lowercased() == value.lowercased() }
            }
        }

        var description: String {
            switch self {
            case .range(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
            case .words(let words, isList: false): "one of " + words.joined(separator: ", ")
            case .words(let words, isList: true): "one or more, with commas, of " + words.joined(separator: ", ")
            }
        }
    }

    /// Nil for a property that librdkafka names no values of, such as a text.
    static func values(of name: String) -> Values? {
        guard let cells = rows[name], cells.count > 5, !cells[2].isEmpty else { return nil }
        if let range = cells[2].wholeMatch(of: /(-?\d+) \.\. (-?\d+)/) {
            guard let low = Int64(range.1), let high = Int64(range.2), low <= high else { return nil }
            return .range(low...high)
        }
        let words = cells[2].split(separator: ", ").map { name == "security.protocol" ? $0.uppercased() : String($0) }
        return .words(words, isList: cells[5].contains("*Type: CSV flags*"))
    }

    /// The property that a name is another name of; the name itself for most.
    static func canonical(_ name: String) -> String {
        guard let cells = rows[name], cells.count > 5 else { return name }
        return cells[5].firstMatch(of: /Alias for `([^`]*)`/).map { String($0.1) } ?? name
    }

    /// The cells of the table's lines by the property; those of the client where a topic has the property, too.
    private static let rows: [String: [Substring]] = {
        var rows: [String: [Substring]] = [:]
        for line in table.split(separator: "\n") {
            let cells = line.split(separator: "|", maxSplits: 5, omittingEmptySubsequences: false).map(trimmed)
            if cells.count == 6, rows[String(cells[0])] == nil { rows[String(cells[0])] = cells }
        }
        return rows
    }()

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }

    private static func names(marked mark: Substring) -> Set<String> {
        var all: Set<String> = []
        for line in table.split(separator: "\n") {
            let cells = line.split(separator: "|", maxSplits: 2, omittingEmptySubsequences: false)
            guard cells.count == 3 else { continue }
            let trimmed = cells.map { $0.drop { $0 == " " } }.map { $0.prefix { $0 != " " } }
            if trimmed[1] == mark { all.insert(String(trimmed[0])) }
        }
        return all
    }

    /// librdkafka offers the list only as a printed table.
    private static func printed() -> String {
        var text: UnsafeMutablePointer<CChar>?
        var size = 0
        guard let stream = open_memstream(&text, &size) else { return "" }
        rd_kafka_conf_properties_show(stream)
        fclose(stream)
        defer { free(text) }
        return text.map { String(cString: $0) } ?? ""
    }
}
