internal import Postgres

extension Kind where Value == String {
    /// Any text of a length that Kafka's own string fields can carry.
    static func text(_ what: String, upTo limit: Int = 249) -> Self {
        scalar("\(what) of 1 to \(limit) characters") { text in
            text.unicodeScalars.count <= limit && !text.unicodeScalars.contains { $0.value < 0x20 }
                ? text : nil
        }
    }

    /// A name that Kafka accepts for a topic.
    static let topic = scalar("a topic name: 1 to 249 of the characters a-z A-Z 0-9 . _ -") { text in
        TopicName.isLegal(text) ? text : nil
    }

    /// A connection string, never shown: somebody may have put a password into it.
    static var postgresURL: Self {
        var kind = scalar("a connection string or URI of libpq") { text in
            ConnectionSettings.problem(with: text) == nil ? text : nil
        }
        kind.flaws = { raw in
            guard case .text(let text) = raw else { return [] }
            return ConnectionSettings.problem(with: text).map { [Flaw(found: nil, remedy: $0)] } ?? []
        }
        return kind
    }

    /// A name that PostgreSQL neither shortens nor keeps for itself.
    static let postgresSchema = scalar(
        "a schema's name: 1 to 63 bytes, without control characters, not beginning with pg_"
    ) { text in
        let isPlain = !text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
        return text.utf8.count <= 63 && isPlain && !text.hasPrefix("pg_") ? text : nil
    }

    /// A file's path. Its content tells what the file is, and not its ending.
    static let path = scalar("a path to a file") { $0.contains("\0") ? nil : $0 }
}

extension Kind where Value == Int {
    static func integer(_ range: ClosedRange<Int>) -> Self {
        scalar("an integer from \(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A size in bytes.
    static func size(_ range: ClosedRange<Int>) -> Self {
        let bounds = "from \(SizeText.write(range.lowerBound)) to \(SizeText.write(range.upperBound))"
        return scalar("a size \(bounds), written as 512KiB, 64MiB or 1GiB") { text in
            SizeText.read(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// The copies of a topic: -1 leaves the number to the broker.
    static let replicas = scalar("-1 (the broker's own setting) or an integer from 1 to 32767") { text in
        Int(text).flatMap { $0 == -1 || (1...32767).contains($0) ? $0 : nil }
    }
}

extension Kind where Value == Bool {
    static let boolean = scalar("true or false") { text in
        switch text.lowercased() {
        case "true", "yes", "on", "1": true
        case "false", "no", "off", "0": false
        default: nil
        }
    }
}

extension Kind where Value == Duration {
    static func duration(_ range: ClosedRange<Duration>) -> Self {
        let bounds = "from \(DurationText.write(range.lowerBound)) to \(DurationText.write(range.upperBound))"
        return scalar("a duration \(bounds), written as 50ms, 5s, 1m, 2h or 7d") { text in
            DurationText.read(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension Kind where Value == Secret {
    static func secret(_ what: String) -> Self {
        scalar(what) { Secret($0) }
    }
}

extension Kind where Value: RawRepresentable<String> & CaseIterable {
    /// One of an enumeration's raw values.
    static var choice: Self {
        let words = Value.allCases.map(\.rawValue)
        return scalar("one of " + words.joined(separator: ", ")) { Value(rawValue: $0) }
    }
}
