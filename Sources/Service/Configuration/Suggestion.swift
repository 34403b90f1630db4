/// The name that was probably meant.
enum Suggestion {
    /// The nearest of `names`, or nil when none is near enough to be worth a question.
    static func nearest(to text: String, among names: some Sequence<String>) -> String? {
        var best: (name: String, distance: Int)?
        for name in names.sorted() {
            let distance = self.distance(text.lowercased(), name.lowercased())
            if distance <= max(2, name.count / 4), distance < best?.distance ?? .max {
                best = (name, distance)
            }
        }
        return best?.name
    }

    /// What to do about a key that does not exist.
    static func remedy(forUnknownKey name: String, sections: Bool = true) -> String {
        Keys.retired[name] ?? "there is no such key" + question(meant(by: name, sections: sections))
    }

    /// What to do about a variable that does not exist.
    static func remedy(forUnknownVariable name: String, among known: Set<String>) -> String {
        Keys.retired[name] ?? "there is no such setting" + question(nearest(to: name, among: known))
    }

    private static func question(_ meant: String?) -> String { meant.map { "; did you mean \($0)?" } ?? "" }

    /// The key that was probably meant by an unknown one: one spelt alike, or one of the same last name in
    /// another section.
    static func meant(by name: String, sections: Bool = true) -> String? {
        let receivers = Keys.receiverName(in: name).map { [$0] } ?? []
        let known = Keys.all(receivers: receivers).map(\.name) + (sections ? Array(Keys.sections) : [])
        if let near = nearest(to: name, among: known) { return near }
        let last = name.split(separator: ".").last ?? ""
        // librdkafka's name of it, with or without the section before it.
        var property = name.lowercased().replacing("_", with: ".")
        if property.hasPrefix("kafka.") { property.removeFirst("kafka.".count) }
        if let key = Keys.all.first(where: { $0.property == property }) { return key.name }
        return known.sorted().first { $0.split(separator: ".").last == last || $0.hasSuffix("_\(last)") }
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other.
    static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a.unicodeScalars)
        let b = Array(b.unicodeScalars)
        var rows = [Array(0...b.count)]
        for i in 1...max(1, a.count) where !a.isEmpty {
            var row = [i]
            for j in 1...max(1, b.count) where !b.isEmpty {
                let replaced = rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                var least = min(rows[i - 1][j] + 1, row[j - 1] + 1, replaced)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    least = min(least, rows[i - 2][j - 2] + 1)
                }
                row.append(least)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
