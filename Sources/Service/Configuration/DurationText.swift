/// Durations as people write them: `50ms`, `5s`, `1m30s`. A bare `0` is none at all; other bare numbers have
/// no unit and are refused.
enum DurationText {
    private static let units: [(name: String, microseconds: Int64)] = [
        ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1_000),
        ("us", 1),
    ]

    static func read(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        var rest = text[...]
        var total: Int64 = 0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest[digits.endIndex...]
            let name = rest.prefix { $0.isLetter }
            rest = rest[name.endIndex...]
            guard let count = Int64(digits), let unit = units.first(where: { $0.name == name }) else {
                return nil
            }
            let (part, overflow) = count.multipliedReportingOverflow(by: unit.microseconds)
            let (sum, overflow2) = total.addingReportingOverflow(part)
            guard !overflow, !overflow2 else { return nil }
            total = sum
        }
        return text.isEmpty ? nil : .microseconds(total)
    }

    static func write(milliseconds: some BinaryInteger) -> String {
        write(.milliseconds(Int64(milliseconds)))
    }

    static func write(_ duration: Duration) -> String {
        let microseconds = duration.microseconds
        guard microseconds != 0 else { return "0" }
        // Always found: every number of microseconds is a multiple of the last unit.
        let unit = units.first { microseconds % $0.microseconds == 0 } ?? ("us", 1)
        return "\(microseconds / unit.microseconds)\(unit.name)"
    }
}

extension Duration {
    public var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }

    /// Rounded down.
    public var milliseconds: Int64 { microseconds / 1000 }
}
