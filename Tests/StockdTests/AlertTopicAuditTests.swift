import ClusterSupport
import Foundation
import TestSupport
import Testing

/// What `stockd audit` says of the alert topic.
@Suite("The audit of the alert topic", .blocking)
struct AlertTopicAuditTests {
    private static let plantNames = [
        "missing", "repeated", "reordered", "altered so that its columns contradict each other",
        "altered so that only the log tells", "of another incident",
        "of an event that nobody counted", "foreign",
    ]

    /// Does something to the messages of a partition.
    /// - Returns: the index of what is left at which it must be found.
    private static func plant(_ name: String, _ messages: inout [Message]) -> Int? {
        let middle = messages.count / 2
        let later = messages.indices.dropFirst(messages.count / 4)
        switch name {
        case "missing":
            guard let index = later.first(where: { messages.hasLater($0) }) else {
                return nil
            }
            let gone = messages.remove(at: index)
            return messages.indices.first { $0 >= index && messages[$0].keyText == gone.keyText }
        case "repeated":
            messages.insert(messages[middle], at: middle + 1)
            return middle + 1
        case "reordered":
            guard let index = later.first(where: { messages.hasLater($0) }),
                let next = messages.indices.first(where: {
                    $0 > index && messages[$0].keyText == messages[index].keyText
                })
            else { return nil }
            messages.swapAt(index, next)
            return index
        case "altered so that its columns contradict each other":
            messages[middle].edit(/"current_stock":(-?\d+)/) { "\"current_stock\":\((Int($0.1) ?? 0) - 1)" }
            return middle
        case "altered so that only the log tells":
            let index = later.first { messages[$0].valueText.contains("ESCALATED") }
            if let index { messages[index].edit(/"last_updated":"\d+/) { _ in "\"last_updated\":\"2025" } }
            return index
        case "of another incident":
            messages[middle].edit(/"incident":(\d+)/) { "\"incident\":\((Int($0.1) ?? 0) + 1)" }
            return middle
        case "of an event that nobody counted":
            let index = later.first { messages[$0].valueText.contains("\"source\":{") }
            if let index { messages[index].edit(/"offset":\d+/) { _ in "\"offset\":9000000" } }
            return index
        default:
            messages[middle].value = Array("{\"hello\":1}".utf8)
            return middle
        }
    }

    @Test("a missing, repeated, reordered, altered or foreign alert message is found")
    func alerts() throws {
        let site = try AuditTests.site("audit-alerts")
        defer { site.close() }
        for (number, name) in Self.plantNames.enumerated() {
            try site.cluster.create([site.spec("plant\(number)", 2)], site.admin)
            try Self.alerts(site, "plant\(number)", name)
        }
    }

    private static func alerts(_ site: Site, _ topic: String, _ name: String) throws {
        var partitions = Dictionary(grouping: try site.read("alerts"), by: \.partition)
        var messages = try #require(partitions[1])
        let place = plant(name, &messages)
        partitions[1] = messages
        let sender = try MessageSender(site, topic)
        defer { sender.close() }
        for message in partitions.values.joined() {
            try sender.post(message.value, key: message.key, partition: message.partition)
        }
        try sender.flush()
        let found = try AuditTests.audit(site, alerts: topic)
        #expect(found.code == 65, "\(name): \(found.text)")
        let offset = try site.read(topic).filter { $0.partition == 1 }[try #require(place)].offset
        let expected = "\(site.name)-\(topic)[1] at offset \(offset)"
        #expect(
            found.report?.first.contains { $0.subject == "alerts" && $0.place == expected } == true,
            "seed \(AuditTests.seed), \(name), \(expected): \(found.text)")
        #expect(found.report?.first.allSatisfy { $0.subject == "alerts" } == true)
    }

    @Test("a last alert message that is missing is found by what stands")
    func lastAlert() throws {
        let site = try AuditTests.site("audit-last")
        defer { site.close() }
        let messages = try site.read("alerts")
        let last = try #require(messages.last)
        let sender = try MessageSender(site, "replayed")
        defer { sender.close() }
        for message in messages.dropLast() {
            try sender.post(message.value, key: message.key, partition: message.partition)
        }
        try sender.flush()
        let found = try AuditTests.audit(site, alerts: "replayed")
        #expect(found.code == 65 && found.report?.differences == 1, "\(last.keyText): \(found.text)")
    }
}

extension Message {
    fileprivate var valueText: String { String(decoding: value ?? [], as: UTF8.self) }

    fileprivate mutating func edit<Output>(
        _ pattern: Regex<Output>, _ replacement: (Regex<Output>.Match) -> String
    ) { value = Array(valueText.replacing(pattern, with: replacement).utf8) }
}

extension [Message] {
    /// Whether a later message has the key of this one.
    fileprivate func hasLater(_ index: Int) -> Bool {
        self[(index + 1)...].contains { $0.keyText == self[index].keyText }
    }
}
