public import Pipeline

/// Writes the Prometheus text format, one family after the other.
public struct MetricsWriter {
    public enum Kind: String { case counter, gauge, histogram }
    public typealias Labels = [(name: String, value: String)]

    public private(set) var text = ""

    public init() {}

    /// Begins a family; its samples follow.
    public mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    public mutating func sample(_ name: String, _ labels: Labels = [], _ value: some CustomStringConvertible) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
            text += "{" + pairs.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    /// A family whose samples differ in one label.
    public mutating func family(
        _ name: String, _ kind: Kind, _ help: String, by label: String,
        _ samples: some Sequence<(String, some CustomStringConvertible)>
    ) {
        family(name, kind, help)
        for (value, count) in samples { sample(name, [(label, value)], count) }
    }

    /// A family with one sample.
    public mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: some CustomStringConvertible) {
        family(name, kind, help)
        sample(name, [], value)
    }

    public mutating func histogram(_ name: String, _ help: String, _ histogram: Histogram) {
        family(name, .histogram, help)
        var below = 0
        for (bound, count) in zip(histogram.boundsMs, histogram.counts) {
            below += count
            sample(name + "_bucket", [("le", "\(Double(bound) / 1_000)")], below)
        }
        sample(name + "_bucket", [("le", "+Inf")], histogram.count)
        sample(name + "_sum", [], Double(histogram.sumMs) / 1_000)
        sample(name + "_count", [], histogram.count)
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
