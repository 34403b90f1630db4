import ClusterSupport
import Foundation
import Kafka
import TestSupport
import Testing

/// docs/getting-started.md, step by step as its reader types it.
@Suite("A newcomer who follows docs/getting-started.md", .blocking)
struct GettingStartedTests {
    private static let kcat = Program.find("kcat")

    @Test(
        "docs/getting-started.md gives a newcomer counted events, the alert in kcat, and the dead letter",
        .enabled(if: kcat != nil, "kcat is not installed: apt-get install kcat"))
    func steps() throws {
        let newcomer = try Newcomer()
        defer { newcomer.close() }
        try newcomer.type("2. ")
        try newcomer.save(newcomer.block("3. ", "yaml"), as: "stock/stockd.yaml")
        let daemon = try newcomer.start()
        try newcomer.type("6. ")
        try newcomer.expectAlert(1, "7. ")
        let shown = try newcomer.type("7. ")
        #expect(shown.hasPrefix(#"{"change":"RAISED","product_id":101"#), "\(shown)")
        try newcomer.type("9. ", upTo: "sleep")
        try newcomer.expectAlert(2, "9. ")
        try newcomer.type("10. ", upTo: "sleep")
        let listed = try newcomer.deadLetters()
        #expect(listed.contains("not_an_integer  ") && listed.contains("quantity is not an integer: 7.5"), "\(listed)")
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")
    }

    @Test(
        "docs/getting-started.md gives a newcomer the tutorial day with ids that are texts",
        .enabled(if: kcat != nil, "kcat is not installed: apt-get install kcat"))
    func texts() throws {
        let newcomer = try Newcomer()
        defer { newcomer.close() }
        try newcomer.type("2. ")
        try newcomer.save(newcomer.block("11. ", "yaml"), as: "stock/texts.yaml")
        let daemon = try newcomer.start("texts.yaml")
        try newcomer.type("11. ", 1, upTo: "sleep")
        try newcomer.expectOutput("11. ", 1, as: 0)
        try newcomer.type("11. ", 2, upTo: "sleep")
        try newcomer.expectOutput("11. ", 2, as: 1)
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")
    }
}

/// Types what the page shows, with brokers and names of the test's own.
private final class Newcomer {
    private let cluster: TestCluster
    private let admin: Admin
    private let name = TestCluster.unique("start")
    private let page: MarkdownFile
    private let directory: URL
    private var programs: [Program] = []
    /// Of the daemon that was started last.
    private var url = ""

    init() throws {
        cluster = try TestCluster()
        admin = try Admin(cluster.client())
        page = try MarkdownFile("docs/getting-started.md")
        directory = FileManager.default.temporaryDirectory.appending(path: name)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        // The page is read in the top directory of the repository.
        try FileManager.default.createSymbolicLink(
            at: directory.appending(path: "Config"),
            withDestinationURL: Repository.root.appending(path: "Config"))
        // stockd and kcat can create topics on real brokers only.
        if cluster.isEmbedded {
            let own = [
                "orders", "alerts", "orders-dlq", "stock-state", "texts-orders", "texts-alerts", "texts-state",
            ].map { "\(name)-\($0)" }
            try cluster.create((own + ["order-events-dlq"]).map { TopicSpec($0, partitions: 4) }, admin)
        }
    }

    /// The blocks of a step, by its number.
    private func blocks(_ step: String, _ language: String) -> [MarkdownFile.Block] {
        let headings = page.prose.filter { $0.text.hasPrefix("## ") }
        guard let first = headings.firstIndex(where: { $0.text.hasPrefix("## \(step)") }) else { return [] }
        let end = first + 1 < headings.count ? headings[first + 1].line : .max
        return page.blocks.filter { $0.language == language && (headings[first].line..<end).contains($0.line) }
    }

    func block(_ step: String, _ language: String, _ index: Int = 0) throws -> String {
        let blocks = blocks(step, language)
        guard index < blocks.count else { throw Failure("step \(step)has no \(language)") }
        return blocks[index].text
    }

    private func own(_ text: String) -> String {
        text.replacing("localhost:9092", with: cluster.bootstrapServers)
            .replacing("shop-stock", with: "\(name)-stock").replacing("shop-orders", with: "\(name)-orders")
            .replacing("inventory-alerts", with: "\(name)-alerts").replacing("shop-texts", with: "\(name)-texts")
    }

    func save(_ text: String, as file: String) throws {
        try Data(own(text).utf8).write(to: directory.appending(path: file))
    }

    /// Runs a command block of a step, up to a line that begins with `end`.
    @discardableResult
    func type(_ step: String, _ index: Int = 0, upTo end: String? = nil) throws -> String {
        var lines = try block(step, "sh", index).split(separator: "\n", omittingEmptySubsequences: false)
        if let end { lines = Array(lines.prefix { !$0.hasPrefix(end) }) }
        let program = try run(lines.joined(separator: "\n"))
        #expect(try program.exitCode() == 0, "\(program.text)")
        return program.text
    }

    private func run(_ commands: String) throws -> Program {
        let isInside = FileManager.default.fileExists(atPath: directory.appending(path: "stock").path)
        let stockd = "stockd() { '\(try Program.stockd())' \"$@\" --url '\(url)'; }"
        let script = "set -e; \(stockd); cd '\(directory.path)\(isInside ? "/stock" : "")'\n" + commands
        let program = try Program("/bin/sh", ["-c", own(script)])
        programs.append(program)
        return program
    }

    /// Runs what a command block has after its `sleep` until the output is that of the step's text block.
    func expectOutput(_ step: String, _ index: Int, as text: Int) throws {
        let lines = try block(step, "sh", index).split(separator: "\n").drop { !$0.hasPrefix("sleep") }.dropFirst()
        let expected = joined(try block(step, "text", text))
        var output = ""
        do {
            try eventually("step \(step)shows what the page says", within: 60) { () -> Void? in
                let program = try run(lines.joined(separator: "\n"))
                _ = try program.exitCode()
                output = program.text
                return joined(output) == expected ? () : nil
            }
        } catch {
            throw Failure("\(error): found \(output)")
        }
    }

    /// Without the line breaks and blanks that the page wraps long lines with.
    private func joined(_ text: String) -> String { text.filter { !$0.isWhitespace } }

    private func stockd(_ words: [String], _ file: String = "stockd.yaml") throws -> Program {
        var variables = ["STOCKD_HTTP_LISTEN": "127.0.0.1:0"]
        if file == "stockd.yaml" { variables["STOCKD_ALERTS_TOPIC"] = "\(name)-alerts" }
        let path = directory.appending(path: "stock/\(file)").path
        let program = try Program(Program.stockd(), words + ["--config", path], variables)
        programs.append(program)
        return program
    }

    func start(_ file: String = "stockd.yaml") throws -> Program {
        let daemon = try stockd(["run"], file)
        try eventually("stockd is ready", within: 60) { () -> Void? in
            guard daemon.isRunning else { throw Failure(daemon.text) }
            return daemon.text.contains(": ready") ? () : nil
        }
        if let address = daemon.text.firstMatch(of: /listening on (http:\S+)/) { url = String(address.1) }
        return daemon
    }

    /// Waits until the alert topic has `count` messages; the last must be the one that the step shows.
    func expectAlert(_ count: Int, _ step: String) throws {
        let messages = try eventually("\(count) alerts are published", within: 60) { () -> [Message]? in
            let messages = try cluster.read("\(name)-alerts", admin)
            return messages.count >= count ? messages : nil
        }
        #expect(messages.count == count)
        let shown = try block(step, "json").split(separator: "\n").map { $0.drop { $0 == " " } }.joined()
        // The source is not compared: a key's partition depends on the number of partitions.
        let expected = shown.components(separatedBy: ",\"source\":")[0]
        let published = String(decoding: messages.last?.value ?? [], as: UTF8.self)
        #expect(published.hasPrefix(expected), "\(published)")
    }

    func deadLetters() throws -> String {
        try eventually("the dead letter is listed", within: 60) {
            let list = try stockd(["dlq", "list"])
            guard try list.exitCode() == 0 else { throw Failure(list.text) }
            return list.text.contains("not_an_integer") ? list.text : nil
        }
    }

    func close() {
        for program in programs { program.remove() }
        admin.close(deadlineMs: 1_000)
        cluster.close()
        try? FileManager.default.removeItem(at: directory)
    }
}
