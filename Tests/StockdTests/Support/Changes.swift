import TestSupport
import Testing

extension Site {
    /// What was published, in order: the change, the severity, the product and the warehouse.
    func changes() throws -> [String] {
        try read("alerts").map {
            let fields = try $0.fields
            let severity = fields["alert_severity"] as? String ?? "-"
            return "\(fields["change"] ?? "?") \(severity) \(fields["product_id"] ?? "?")"
                + "/\(fields["warehouse_id"] ?? "?")"
        }
    }

    /// Waits until exactly these changes are published; only the order within a pair matters.
    func await(_ expected: [String], _ daemon: Program, within seconds: Double = 90) throws {
        func sorted(_ changes: [String]) -> [[String]] {
            Dictionary(grouping: changes) { $0.split(separator: " ").last.map(String.init) ?? "" }
                .sorted { $0.key < $1.key }.map(\.value)
        }
        waitUntil(within: seconds) { try sorted(changes()) == sorted(expected) }
        let found = try changes()
        #expect(sorted(found) == sorted(expected), "\(daemon.text)")
    }

    /// Waits for `count` dead letters and returns their reasons and messages.
    func letters(_ count: Int, _ daemon: Program) throws -> [String] {
        waitUntil { try read("dlq").count >= count }
        let letters = try read("dlq").map(\.letter)
        #expect(letters.count == count, "\(daemon.text)")
        return letters
    }
}

extension Message {
    /// A dead letter's reason and message.
    var letter: String {
        ["reason", "message"].map { name in
            let value = headers.first { $0.name == "__stockd.errors.\(name)" }?.value
            return String(decoding: value ?? [], as: UTF8.self)
        }.joined(separator: ": ")
    }
}
