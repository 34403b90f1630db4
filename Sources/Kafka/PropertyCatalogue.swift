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
