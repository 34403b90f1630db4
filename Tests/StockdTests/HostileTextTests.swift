import ClusterSupport
import Foundation
import Kafka
import TestSupport
import Testing

/// What others wrote, a name or a message, must not do anything to the terminal that shows it.
@Suite("Hostile text on a terminal", .blocking)
struct HostileTextTests {
    private static func products(_ names: [String]) -> String {
        let rows = names.enumerated().map { index, name in "\(index + 1),\"\(name)\",\"\(name)\",40,\n" }
        return "product_id,product_name,category,reorder_threshold,unit_price\n" + rows.joined()
    }

    private static let names = ["=1+1", String(repeating: "ö", count: 3_000)] + HostileText.samples

    private static func event(_ id: Int, product: Int, type: String = "RECEIVED") -> String {
        #"{"event_id":\#(id),"event_type":"\#(type)","product_id":\#(product),"warehouse_id":1,"quantity":1,"#
            + #""event_time":"2026-03-30T08:00:00Z"}"#
    }

    /// Files for `stockd replay`, in a folder of their own.
    private final class Files {
        let folder = FileManager.default.temporaryDirectory.appending(path: TestCluster.unique("hostile"))

        init(_ names: [String]) throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try write("products.csv", HostileTextTests.products(names))
            try write("warehouses.csv", "warehouse_id,warehouse_name,region\n1,\"Hub\u{9B}5n\",r\n")
            try write("events.ndjson", names.indices.map { event($0 + 1, product: $0 + 1) + "\n" }.joined())
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        func path(_ name: String) -> String { folder.appending(path: name).path }

        func write(_ name: String, _ text: String) throws { try Data(text.utf8).write(to: URL(filePath: path(name))) }

        func replay(_ words: [String]) throws -> (code: Int32, text: String) {
            let files = ["--products", path("products.csv"), "--warehouses", path("warehouses.csv")]
            let program = try Program(Program.stockd(), ["replay"] + files + words)
            defer { program.remove() }
            let code = try program.exitCode()
            return (code, program.text)
        }

        /// What is said on standard output: the counts on standard error are left out.
        func shown(_ words: [String]) throws -> [Substring] {
            try replay(words).text.split(separator: "\n", omittingEmptySubsequences: false)
                .filter { !$0.hasPrefix("stockd: ") }
        }
    }

    @Test("replay's tables and changes escape hostile names, and each row stays one line")
    func tables() throws {
        let files = try Files(Self.names)
        let all = try files.replay([files.path("events.ndjson")])
        #expect(all.code == 0)
        #expect(HostileText.found(in: all.text) == [])
        // Each view has a title, a header and an empty line after it; so has the list of changes.
        let lines = try files.shown([files.path("events.ndjson")])
        #expect(lines.count == 4 * Self.names.count + 11)
        for shown in [
            "\\u{1b}[31mred\\u{1b}[0m\\u{07}", "nul\\u{00}nul", "a\\nb\\r\\nc", "Hub\\u{9b}5n", "tag\\u{e0041}",
        ] {
            #expect(all.text.contains(shown), "\(shown)")
        }
        // A long name widens only its own row.
        let stock = try files.shown(["--view", "stock", files.path("events.ndjson")])
        #expect(stock.filter { $0.count > 200 }.count == 1)
    }

    @Test("replay's CSV and JSON keep hostile names as they are")
    func formats() throws {
        let files = try Files(Self.names)
        let events = files.path("events.ndjson")
        let json = try files.shown(["--view", "stock", "--format", "json", events]).filter { !$0.isEmpty }
        let read = try json.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
        // Foundation drops a byte order mark where it reads one.
        let named = read.compactMap { $0?["product_name"] as? String }.map { $0.replacing("\u{FEFF}", with: "") }
        #expect(Set(named) == Set(Self.names.map { $0.replacing("\u{FEFF}", with: "") }))
        #expect(json.contains { $0.contains("\"\u{FEFF}mark\"") })
        let csv = try files.replay(["--view", "stock", "--format", "csv", events]).text
        for name in Self.names {
            let isQuoted = name.unicodeScalars.contains { "\r\n".unicodeScalars.contains($0) }
            #expect(csv.contains(isQuoted ? ",\"\(name)\"," : ",\(name),"))
        }
    }

    @Test("columns stay aligned beside wide characters and combining marks")
    func widths() throws {
        let files = try Files(["abcdef", "ノート", "abcde\u{301}f", "🎧cdef"])
        try files.write("warehouses.csv", "warehouse_id,warehouse_name,region\n1,Hub,r\n")
        let lines = try files.shown(["--view", "stock", files.path("events.ndjson")])
        let rests = lines.filter { $0.contains("Hub") }.map { $0.drop { $0 != " " } }
        #expect(rests.count == 4 && Set(rests) == ["   Hub            1         40  2026-03-30T08:00:00Z"], "\(lines)")
    }

    @Test("error messages escape the names of files and what they quote")
    func errors() throws {
        let files = try Files(["a"])
        let missing = try files.replay([files.path("\u{1B}[2J\u{202E}missing")])
        #expect(missing.code != 0 && missing.text.contains("\\u{1b}[2J\\u{202e}missing"), "\(missing.text)")
        #expect(HostileText.found(in: missing.text) == [])
        let lines = HostileText.samples.map { $0.filter { !$0.isNewline } }
        try files.write("bad.ndjson", lines.map { "{\"event_id\":\($0)\n" }.joined())
        let bad = try files.replay(["--view", "stock", files.path("bad.ndjson")])
        #expect(bad.text.contains("bad.ndjson:1: invalid_json: "), "\(bad.text)")
        #expect(HostileText.found(in: bad.text) == [])
        try files.write(
            "stockd.yaml", HostileText.samples.map { "\"\(Self.yaml($0))\": \"\(Self.yaml($0))\"\n" }.joined())
        let check = try Program(Program.stockd(), ["check", "--config", files.path("stockd.yaml")])
        defer { check.remove() }
        #expect(try check.exitCode() == 78, "\(check.text)")
        #expect(check.text.contains("\\u{1b}[31mred") && HostileText.found(in: check.text) == [], "\(check.text)")
        for sample in HostileText.samples.prefix(8) {
            try files.write("products.csv", "product_id,\"\(sample)\"\n")
            let header = try files.replay([files.path("events.ndjson")])
            #expect(header.code != 0 && HostileText.found(in: header.text) == [], "\(header.text)")
        }
    }

    /// Written with the escapes of a string in YAML, which allows few of them as they are.
    private static func yaml(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            let digits = String(scalar.value, radix: 16)
            return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    @Test("top, query, dlq, state, check and the log show hostile names and messages escaped")
    func daemon() throws {
        let site = try Site("hostile", partitions: 1, settings: "alerts: {topic: NAME-alerts}")
        defer { site.close() }
        try site.write("products.csv", Self.products(Self.names))
        let sender = try MessageSender(site)
        defer { sender.close() }
        for index in Self.names.indices {
            try sender.post(Array(Self.event(index + 1, product: index + 1).utf8), partition: 0)
        }
        for (index, sample) in HostileText.samples.enumerated() {
            let unknown = Self.event(1_000 + index, product: 1, type: "\(index)\\u001b[2J\\u202e")
            try sender.post(Array(unknown.utf8), partition: 0)
            let bytes = Array(sample.utf8)
            try sender.post(
                bytes + [0xFF], key: bytes, partition: 0, headers: [Header(sample.filter { $0 != "\0" }, bytes)])
        }
        try sender.flush()
        let daemon = try site.run(["STOCKD_HTTP_LISTEN": "127.0.0.1:0"])
        let port = try eventually("it listens") {
            daemon.text.firstMatch(of: /listening on http:\/\/127\.0\.0\.1:(\d+)/).map { String($0.1) }
        }
        func ask(_ words: [String]) throws -> String {
            let program = try Program(Program.stockd(), words + ["--url", "http://127.0.0.1:\(port)"])
            defer { program.remove() }
            #expect(try program.exitCode() == 0, "\(program.text)")
            return program.text
        }
        let top = try eventually("all is counted") {
            let text = try ask(["top", "--once"])
            return text.contains("alerts, \(Self.names.count)\n") && text.contains("lag 0 over") ? text : nil
        }
        var texts = ["top": top]
        for view in ["stock", "alerts", "rollup"] { texts[view] = try ask(["query", view]) }
        for (view, text) in texts {
            #expect(text.contains("\\u{1b}[31mred\\u{1b}[0m\\u{07}") && text.contains("a\\nb\\r\\nc"), "\(view)")
        }
        texts["dlq list"] = try site.result(of: ["dlq", "list"]).text
        let count = HostileText.samples.count
        #expect(texts["dlq list"]?.contains("\(count): ") == true, "\(texts["dlq list"] ?? "")")
        for offset in 0..<count {
            texts["dlq show \(offset)"] = try site.result(of: ["dlq", "show", "0:\(offset)"]).text
        }
        texts["dlq redrive"] = try site.result(of: ["dlq", "redrive", "--all", "--dry-run"]).text
        texts["state"] = try site.result(of: ["state"]).text
        texts["check"] = try site.result(of: ["check", "--connect"]).text
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0)
        #expect(daemon.text.contains("\\u{1b}[2J\\u{202e}"))
        texts["log"] = daemon.text
        for (name, text) in texts { #expect(HostileText.found(in: text) == [], "\(name)") }
    }
}
