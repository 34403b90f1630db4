import Foundation
import TestSupport
import Testing

/// `stockd replay` on files as people have them.
@Suite("A replay", .blocking)
struct ReplayTests {
    @Test(
        "a replay counts each id once, snowflakes and a stray largest id included",
        arguments: [
            (
                [
                    1_890_000_000_000_000_000, 1_890_000_000_020_971_520, 1_890_000_000_041_943_040,
                    1_890_000_000_000_000_000,
                ], "3 events applied, 1 duplicate\n"
            ),
            ([1, .max, 2, 2, 3, 3], "4 events applied, 2 duplicates\n"),
        ] as [([Int64], String)])
    func duplicates(ids: [Int64], summary: String) throws {
        let lines = ids.map { ReplayStage.event($0, quantity: $0 == .max ? 0 : 10) }
        let stage = try ReplayStage(lines.joined(separator: "\n") + "\n")
        let result = try stage.replay()
        #expect(result.code == 0 && result.text.contains(ReplayStage.row(30)), "\(result.text)")
        #expect(result.text.hasSuffix("stockd: " + summary), "\(result.text)")
    }

    @Test("a replay takes a byte order mark, CR LF, blank lines and a last line without an end as a person would")
    func lineForms() throws {
        let lines =
            "\u{FEFF}" + ReplayStage.event(1) + "\r\n" + ReplayStage.event(2) + "\r\n\r\n \t\n" + ReplayStage.event(3)
        let stage = try ReplayStage(lines)
        let result = try stage.replay()
        #expect(result.code == 0 && result.text.contains(ReplayStage.row(30)), "\(result.text)")
        #expect(result.text.hasSuffix("stockd: 3 events applied\n"), "\(result.text)")
    }

    @Test("a replay takes thresholds of one product in one warehouse from a file, and from a topic's messages")
    func thresholds() throws {
        let message = #"{"product_id":1,"warehouse_id":1,"reorder_threshold":15}"#
        let configuration = """
            reference:
              products: {file: products.csv}
              warehouses: {file: warehouses.csv}
              thresholds: {topic: thresholds}
            """
        let stage = try ReplayStage([
            "events.ndjson": Data(ReplayStage.event(1).utf8), "messages.ndjson": Data(message.utf8),
            "thresholds.csv": Data("product_id,warehouse_id,reorder_threshold\n1,1,15\n1,2,\n".utf8),
            "stockd.yaml": Data(configuration.utf8),
        ])
        let config = ["--config", stage.path("stockd.yaml")]
        for options in [
            ["--thresholds", stage.path("thresholds.csv")],
            config + ["--thresholds", stage.path("messages.ndjson")],
        ] {
            let result = try stage.replay(["events.ndjson"], options)
            #expect(result.code == 0 && result.text.contains(",10,15,2026-"), "\(result.text)")
        }
        let missing = try stage.replay(["events.ndjson"], config)
        #expect(missing.code == 64 && missing.text.contains("give --thresholds FILE"), "\(missing.text)")
        let none = try stage.replay(["events.ndjson"], ["--thresholds", stage.path("none.csv")])
        #expect(none.code == 65 && none.text.contains("none.csv: cannot be read"), "\(none.text)")
    }

    @Test("docs/thresholds.md shows what a replay prints")
    func thresholdsPage() throws {
        let shown = try MarkdownFile("docs/thresholds.md").blocks.filter { $0.language == "text" }
        try #require(shown.count == 2)
        let stage = try ReplayStage(["thresholds.csv": Data(shown[0].text.utf8)])
        let config = Repository.root.path + "/Config/"
        let program = try Program(
            Program.stockd(),
            [
                "replay", "--products", config + "products.csv", "--warehouses", config + "warehouses.csv",
                "--thresholds", stage.path("thresholds.csv"), "--view", "alerts",
                config + "tutorial/order-events.ndjson",
            ])
        defer { program.remove() }
        #expect(try program.exitCode() == 0 && program.text.contains(shown[1].text), "\(program.text)")
    }

    @Test("A replay skips a Ctrl-Z at the end of a file.", arguments: ["\u{1A}", "\r\n\u{1A}"])
    func controlZ(end: String) throws {
        let stage = try ReplayStage(ReplayStage.event(1) + end)
        let result = try stage.replay()
        #expect(result.code == 0 && result.text.hasSuffix("stockd: 1 event applied\n"), "\(result.text)")
    }

    @Test(
        "a replay refuses a file of another kind in one sentence",
        arguments: [
            (
                "utf16", Data([0xFF, 0xFE]) + Data((ReplayStage.event(1) + "\r\n").utf8.flatMap { [$0, 0] }),
                "text in UTF-16"
            ),
            ("packed", Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x0A, 0x0A]), "gzip-compressed data"),
            ("array", Data("[\(ReplayStage.event(1)),\(ReplayStage.event(2))]\n".utf8), "one JSON array"),
            ("lines", Data("[\n\(ReplayStage.event(1)),\n\(ReplayStage.event(2))\n]\n".utf8), "one JSON array"),
            ("pretty", Data("{\n  \"event_id\": 1\n}\n".utf8), "JSON written over several lines"),
            ("table", Data("event_id,event_type\n1,RECEIVED\n".utf8), "a table with a header, such as CSV"),
        ])
    func otherKinds(name: String, content: Data, kind: String) throws {
        let stage = try ReplayStage([name: content])
        let result = try stage.replay([name])
        #expect(result.code == 65)
        let refusal = "stockd: \(name): is \(kind), but replay reads events as JSON in UTF-8, one a line"
        #expect(result.text.hasPrefix(refusal), "\(result.text)")
        #expect(result.text.split(separator: "\n").count == 1, "\(result.text)")
        #expect(kind != "one JSON array" || result.text.contains("jq -c '.[]'"))
    }

    @Test("a replay rejects an array or a cut object in the first line as the daemon does, and reads on")
    func badFirstLine() throws {
        let cut = #"{"event_id":7,"#
        for (first, reason) in [("[1,2]", "not_an_object"), ("[]", "not_an_object"), (cut, "invalid_json")] {
            let stage = try ReplayStage(first + "\n" + ReplayStage.event(1) + "\n")
            let result = try stage.replay()
            #expect(result.code == 0 && result.text.contains(ReplayStage.row(10)), "\(result.text)")
            #expect(result.text.contains("stockd: events.ndjson:1: \(reason): "), "\(result.text)")
        }
    }

    @Test("a replay reads messages as connectors write them, the three kinds in one file")
    func connectors() throws {
        let payload = ReplayStage.event(1).dropLast()
        let stage = try ReplayStage(
            """
            {"schema": {"type": "struct", "fields": [{"type": "int64", "optional": false, "field": "event_id"}], \
            "optional": false, "name": "order"}, "payload": \(payload)}}
            {"before": null, "after": \(ReplayStage.event(2)), "source": {"lsn": 7, "ts_ms": 1774857600000}, \
            "op": "c", "ts_ms": 1774857600001}
            \(ReplayStage.event(3))

            """)
        let result = try stage.replay()
        #expect(result.code == 0 && result.text.contains(ReplayStage.row(30)), "\(result.text)")
        #expect(result.text.hasSuffix("stockd: 3 events applied\n"), "\(result.text)")
    }

    @Test("a replay follows updates, deletes and truncations, and counts what changed nothing")
    func rows() throws {
        func change(_ operation: String, _ id: Int64, _ quantity: Int, lsn: Int) -> String {
            let row = ReplayStage.event(id, quantity: quantity)
            let (before, after) = operation == "d" ? (#"{"event_id":\#(id)}"#, "null") : ("null", row)
            return #"{"before":\#(before),"after":\#(after),"source":{"lsn":\#(lsn)},"op":"\#(operation)"}"#
        }
        var lines = [
            change("c", 1, 10, lsn: 1), change("c", 2, 10, lsn: 2), change("u", 2, 25, lsn: 3),
            change("c", 2, 10, lsn: 2), change("d", 1, 0, lsn: 4), #"{"ts_ms":1774873801112}"#,
            #"{"op":"t","source":{"lsn":5}}"#,
        ]
        let refusing = try ReplayStage(lines.joined(separator: "\n"))
        let result = try refusing.replay()
        #expect(result.code == 0 && result.text.contains(ReplayStage.row(25)), "\(result.text)")
        let summary =
            "2 events applied, 1 updated, 1 deleted, 1 stale, 1 skipped (1 heartbeat), 1 rejected (1 truncate_refused)"
        #expect(result.text.hasSuffix("stockd: \(summary)\n"), "\(result.text)")

        lines.append(change("c", 3, 7, lsn: 6))
        let applying = try ReplayStage([
            "events.ndjson": Data(lines.joined(separator: "\n").utf8),
            "stockd.yaml": Data("input: {on_truncate: apply}".utf8),
        ])
        let other = try applying.replay(["events.ndjson"], ["--config", applying.path("stockd.yaml")])
        #expect(other.code == 0 && other.text.contains(ReplayStage.row(7)), "\(other.text)")
        #expect(other.text.contains("1 truncation"), "\(other.text)")
    }

    @Test("a replay stops with 78 at a change of a row behind plain events, as the daemon does")
    func mixed() throws {
        let change = #"{"before":null,"after":\#(ReplayStage.event(2)),"source":{"lsn":1},"op":"c"}"#
        let stage = try ReplayStage(ReplayStage.event(1) + "\n" + change + "\n")
        let result = try stage.replay()
        #expect(result.code == 78)
        #expect(result.text.hasPrefix("stockd: events.ndjson:2 holds a change of a row, but plain"), "\(result.text)")
    }

    // MARK: What is counted

    @Test("a replay counts padded types, and names each unknown type once with its count")
    func unknownTypes() throws {
        let lines = [
            ReplayStage.event(1), ReplayStage.event(2, "SHIPPED   ", quantity: 4),
            ReplayStage.event(3, "shipped", quantity: 4),
            ReplayStage.event(4, "CANCELLED", quantity: 4), ReplayStage.event(5, "CANCELLED ", quantity: 4),
        ]
        let stage = try ReplayStage(lines.joined(separator: "\n"))
        let result = try stage.replay()
        #expect(result.code == 0 && result.text.contains(ReplayStage.row(6)), "\(result.text)")
        let report = """
            stockd: event type "CANCELLED" is not in events.types: its 2 events moved no stock
            stockd: event type "shipped" is not in events.types: its 1 event moved no stock
            stockd: 5 events applied

            """
        #expect(result.text.hasSuffix(report), "\(result.text)")

        try stage.write("stockd.yaml", Data("events: {unknown_type: dead_letter}".utf8))
        let other = try stage.replay(["events.ndjson"], ["--config", stage.path("stockd.yaml"), "--strict"])
        #expect(other.code == 65)
        #expect(other.text.hasSuffix("stockd: 2 events applied, 3 rejected (3 unknown_type)\n"), "\(other.text)")
    }

    @Test("a replay reports the first twenty events of each reason, counts all, and fails only if it is strict")
    func rejected() throws {
        var lines = (1...30).map { _ in "no event" }
        lines += [ReplayStage.event(1), #"{"event_id":2}"#]
        let stage = try ReplayStage(lines.joined(separator: "\n"))
        let result = try stage.replay()
        #expect(result.code == 0 && result.text.contains(ReplayStage.row(10)), "\(result.text)")
        let reports = result.text.split(separator: "\n").filter { $0.contains(": invalid_json: ") }
        #expect(reports.count == 20 && reports.last?.hasPrefix("stockd: events.ndjson:20: ") == true, "\(result.text)")
        #expect(result.text.contains("events.ndjson:32: missing_field: event_type is missing\n"), "\(result.text)")
        let summary = "1 event applied, 31 rejected (30 invalid_json, 1 missing_field)"
        #expect(result.text.hasSuffix("stockd: \(summary)\n"), "\(result.text)")

        #expect(try stage.replay(["events.ndjson"], ["--strict"]).code == 65)
        try stage.write("good.ndjson", Data(ReplayStage.event(1).utf8))
        #expect(try stage.replay(["good.ndjson"], ["--strict"]).code == 0)
    }

    @Test("a replay names a file that it cannot read, exits with 74, and reads a pipe once")
    func files() throws {
        let stage = try ReplayStage(ReplayStage.event(1))
        for (path, reason) in [("nowhere.ndjson", "no such file or directory"), (".", "is a directory")] {
            let result = try stage.replay(["events.ndjson", path])
            #expect(result.code == 74 && result.text.hasSuffix(": cannot be read: \(reason)\n"), "\(result.text)")
            #expect(result.text.split(separator: "\n").count == 1, "\(result.text)")
        }
        let twice = try stage.replay(["-", "-"])
        #expect(twice.code == 64 && twice.text.contains("give it once"), "\(twice.text)")
        let again = try stage.replay(["events.ndjson", "events.ndjson"])
        #expect(again.text.hasSuffix("stockd: 1 event applied, 1 duplicate\n"), "\(again.text)")
    }

    @Test("a replay reads standard input and a process substitution", .enabled(if: Program.find("bash") != nil))
    func pipes() throws {
        let stage = try ReplayStage(ReplayStage.event(1) + "\n" + ReplayStage.event(2))
        let command = """
            cat "$1/events.ndjson" | "$0" replay --products <(cat "$1/products.csv") \
            --warehouses "$1/warehouses.csv" --format csv --view stock - <(echo '\(ReplayStage.event(3))')
            """
        let shell = try Program(
            #require(Program.find("bash")), ["-c", command, Program.stockd(), stage.directory.path])
        defer { shell.remove() }
        #expect(try shell.exitCode() == 0, "\(shell.text)")
        #expect(shell.text.contains(ReplayStage.row(30)), "\(shell.text)")
    }
}
