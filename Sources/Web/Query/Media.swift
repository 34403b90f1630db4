/// The encodings of rows.
enum Media: String, CaseIterable {
    case json
    case csv
    case ndjson

    var contentType: String {
        switch self {
        case .json: "application/json"
        case .csv: "text/csv; charset=utf-8"
        case .ndjson: "application/x-ndjson"
        }
    }

    /// What an Accept header asks for; JSON when it takes anything, nil when nothing fits.
    init?(accept: String?) {
        guard let accept else {
            self = .json
            return
        }
        var best: (media: Media, quality: Double)?
        for range in accept.split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            guard let name = parts.first, let media = Self.named(name) else { continue }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if quality > best?.quality ?? 0 { best = (media, quality) }
        }
        guard let best else { return nil }
        self = best.media
    }

    private static func named(_ range: String) -> Media? {
        switch range {
        case "application/json", "application/*", "*/*": .json
        case "text/csv", "text/*": .csv
        case "application/x-ndjson", "application/ndjson", "application/jsonl": .ndjson
        default: nil
        }
    }
}
