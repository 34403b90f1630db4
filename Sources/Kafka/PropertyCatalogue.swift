import CRDKafka
import Glibc

/// Which properties the library at run time knows, and whether they are for consumers or producers only.
/// librdkafka warns at every start about a property of the other kind, so each client gets its own alone.
enum PropertyCatalogue {
    static let consumerOnly = names(marked: "C")
    static let producerOnly = names(marked: "P")

    private static let table = printed()

    /// Whether the loaded librdkafka has a property.
    static func has(_ name: String) -> Bool {
        table.split(separator: "\n").contains { $0.hasPrefix(name + " ") }
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

    /// The library offers its list only as a printed table.
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
