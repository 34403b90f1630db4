import ClusterSupport
import Foundation
import Kafka
import Pipeline
import Service
import TestSupport
import Testing

@Suite("Dead letters", .blocking)
struct DeadLetterTests {
    private static let damaged =
        #"{"event_id":1,"event_type":"DAMAGED","product_id":1,"warehouse_id":1,"quantity":4,"event_time":0}"#

    /// A site whose daemon has rejected two events: one of an unknown type and one that is cut off.
    private static func site() throws -> Site {
        let site = try Site(
            "dlq", partitions: 3,
            settings: """
                alerts: {topic: NAME-alerts}
                events: {unknown_type: dead_letter}
                """)
        let sender = try MessageSender(site)
        defer { sender.close() }
        try sender.send(
            Array(damaged.utf8), key: Array("one".utf8), partition: 2,
            headers: [Header("trace", [0, 0xFF]), Header("none", nil)])
        try sender.send(Array("{\"event\u{1B}[2J".utf8), key: nil, partition: 0)
        let daemon = try site.run()
        _ = try eventually("both are refused") {
            try daemon.text.contains("\"DAMAGED\"") && site.read("dlq").count == 2 ? () : nil
        }
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")
        return site
    }

    @Test("dead letters are listed with their reasons and shown whole, with control characters escaped")
    func listAndShow() throws {
        let site = try Self.site()
        defer { site.close() }
        let list = try site.result(of: ["dlq", "list"])
        #expect(list.code == 0)
        for text in ["unknown_type", "invalid_json", "\(site.name)-in[2]@0", "2: "] {
            #expect(list.text.contains(text), "\(list.text)")
        }
        #expect(!list.text.contains("\u{1B}"))
        let filtered = try site.result(of: ["dlq", "list", "--reason", "unknown_type", "--format", "json"])
        let lines = filtered.text.split(separator: "\n")
        try #require(lines.count == 1, "\(filtered.text)")
        let fields = try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any]
        #expect(fields?["value"] as? String == Self.damaged)
        #expect(fields?["key"] as? String == "one")
        let position = try #require(fields?["position"] as? String)
        let shown = try site.result(of: ["dlq", "show", position])
        #expect(shown.code == 0)
        for text in ["unknown_type", Self.damaged, "trace: \\u{00}\\xff", "none: null", "redriven  no"] {
            #expect(shown.text.contains(text), "\(shown.text)")
        }
        #expect(try site.result(of: ["dlq", "show", "--raw", position]).text == Self.damaged)
        #expect(try site.result(of: ["dlq", "list", "--since", "2001-01-01T00:00:00Z"]).text.contains("2: "))
        #expect(try site.result(of: ["dlq", "list", "--until", "1h"]).text == "no dead letters\n")
    }

    @Test("a dead letter is redriven unchanged to its partition, and only once unless --again is given")
    func redrive() throws {
        let site = try Self.site()
        defer { site.close() }
        let trial = try site.result(of: ["dlq", "redrive", "--all", "--dry-run"])
        #expect(trial.code == 0 && trial.text.contains("2 would be redriven"), "\(trial.text)")
        #expect(try site.read("in").count == 2)
        for _ in 0..<2 {
            let redrive = try site.result(of: ["dlq", "redrive", "--reason", "unknown_type"])
            #expect(redrive.code == 0, "\(redrive.text)")
        }
        let again = try site.result(of: ["dlq", "redrive", "--all"])
        #expect(again.text.contains("already redriven at 20"), "\(again.text)")
        #expect(again.text.contains("1 redriven, 1 skipped, 0 refused"), "\(again.text)")
        let input = try site.read("in")
        try #require(input.map(\.partition) == [0, 0, 2, 2])
        for pair in [input[0...1], input[2...3]] {
            let (original, copy) = (pair[pair.startIndex], pair[pair.startIndex + 1])
            #expect(copy.key == original.key)
            #expect(copy.value == original.value)
            #expect(copy.headers == original.headers)
        }
        let forced = try site.result(of: ["dlq", "redrive", "--reason", "unknown_type", "--again"])
        #expect(forced.code == 0 && forced.text.contains("1 redriven"), "\(forced.text)")
        #expect(try site.read("in").count == 5)
        #expect(try site.result(of: ["dlq", "list"]).text.contains("unknown_type  \(site.name)-in[2]@0  20"))
    }

    @Test("a redriven dead letter is counted once the daemon knows its type")
    func counted() throws {
        let site = try Self.site()
        defer { site.close() }
        #expect(try site.result(of: ["dlq", "redrive", "--reason", "unknown_type"]).code == 0)
        let daemon = try site.run(
            ["STOCKD_EVENTS_TYPES": "RECEIVED=1,SHIPPED=-1,DAMAGED=-1"], flags: ["--accept-config-change"])
        _ = try eventually("the oversold pair is published") {
            try site.read("alerts").contains { try $0.fields["oversold_units"] as? Int == 4 } ? () : nil
        }
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")
    }

    @Test("a dead letter that cannot be named, found or redriven ends the command with the code for it")
    func mistakes() throws {
        let site = try Self.site()
        defer { site.close() }
        #expect(try site.result(of: ["dlq", "show", "0-1"]).code == 64)
        #expect(try site.result(of: ["dlq", "redrive"]).code == 64)
        #expect(try site.result(of: ["dlq", "redrive", "--all", "0:0"]).code == 64)
        #expect(try site.result(of: ["dlq", "list", "--since", "yesterday"]).code == 64)
        let missing = try site.result(of: ["dlq", "redrive", "0:77"])
        #expect(missing.code == 65 && missing.text.contains("no dead letter 0:77"), "\(missing.text)")
        #expect(try site.result(of: ["dlq", "list"], ["STOCKD_KAFKA_BROKERS": "127.0.0.1:1"]).code == 69)
        #expect(try site.result(of: ["dlq", "list"], ["STOCKD_DEAD_LETTERS_TOPIC": "null"]).code == 78)
        let foreign = try site.result(
            of: ["dlq", "redrive", "--all"], ["STOCKD_DEAD_LETTERS_TOPIC": "\(site.name)-in"])
        #expect(foreign.code == 78, "\(foreign.text)")
        let other = try site.result(
            of: ["dlq", "redrive", "--all"], ["STOCKD_INPUT_TOPIC": "\(site.name)-stock"])
        #expect(other.code == 65 && other.text.contains("0 redriven, 0 skipped, 2 refused"), "\(other.text)")
        #expect(try site.read("in").count == 2)
    }

    @Test("a dead letter that lacks a part or is a reference row is not redriven")
    func incomplete() throws {
        let site = try Self.site()
        defer { site.close() }
        let sender = try MessageSender(site, "dlq")
        defer { sender.close() }
        func deadLetter(_ topic: String, _ more: [Header]) throws {
            let own = [("topic", topic), ("partition", "0"), ("offset", "9"), ("reason", "invalid_json")]
            try sender.send(
                Array("{".utf8), key: nil, partition: 1,
                headers: own.map { Header("__stockd.errors.\($0)", $1) } + more)
        }
        try deadLetter("\(site.name)-in", [Header("__stockd.errors.key_omitted_bytes", "70000")])
        try deadLetter("\(site.name)-in", [Header("__stockd.errors.headers_omitted_bytes", "70000")])
        try deadLetter("products", [])
        let redrive = try site.result(of: ["dlq", "redrive", "--reason", "invalid_json"])
        #expect(
            redrive.code == 65 && redrive.text.contains("1 redriven, 0 skipped, 3 refused"), "\(redrive.text)"
        )
        #expect(redrive.text.contains("key of 70000 bytes was left out"), "\(redrive.text)")
        #expect(redrive.text.contains("it is from products"), "\(redrive.text)")
        #expect(try site.read("in").count == 3)
    }

    @Test(
        "two operators who redrive at the same time redrive each dead letter once",
        .enabled(if: TestCluster.isReal, "needs STOCKD_TEST_BROKERS"))
    func twoOperators() throws {
        let site = try Self.site()
        defer { site.close() }
        let path = site.configurationPath
        let (configuration, mistakes) = Configuration.load(file: path, environment: [:])
        #expect(mistakes == [])
        let box = try DeadLetterBox(#require(configuration))
        defer { box.close() }
        let first = try DeadLetterRedrive(box, .init()) { _, _ in }
        defer { first.close() }
        #expect(try site.result(of: ["dlq", "redrive", "--all"]).text.contains("2 redriven"))
        #expect(throws: StopReason.self) { try first.run(DeadLetterFilter()) }
        #expect(try site.read("in").count == 4)
    }
}
