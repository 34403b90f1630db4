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
}

/// Types what the page shows, with brokers and names of the test's own.
private final class Newcomer {
    private let cluster: TestCluster
    private let admin: Admin
    private let name = TestCluster.unique("start")
    private let page: MarkdownFile
    private let directory: URL
    private var programs: [Program] = []

    init() throws {
        cluster = try TestCluster()
        admin = try Admin(cluster.client())
        page = try MarkdownFile("docs/getting-started.md")
        directory = FileManager.default.temporaryDirectory.appending(path: name)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    /// The blocks of a step, by its number.
    private func blocks(_ step: String, _ language: String) -> [MarkdownFile.Block] {
        let headings = page.prose.filter { $0.text.hasPrefix("## ") }
        guard let first = headings.firstIndex(where: { $0.text.hasPrefix("## \(step)") }) else { return [] }
        let end = first + 1 < headings.count ? headings[first + 1].line : .max
        return page.blocks.filter { $0.language == language && (headings[first].line..<end).contains($0.line) }
    }

    func block(_ step: String, _ language: String) throws -> String {
        guard let block = blocks(step, language).first else { throw Failure("step \(step)has no \(language)") }
        return block.text
    }

    private func own(_ text: String) -> String {
        text.replacing("localhost:9092", with: cluster.bootstrapServers)
            .replacing("shop-stock", with: "\(name)-stock").replacing("shop-orders", with: "\(name)-orders")
            .replacing("inventory-alerts", with: "\(name)-alerts")
    }

    func save(_ text: String, as file: String) throws {
        try Data(own(text).utf8).write(to: directory.appending(path: file))
    }

    /// Runs the first command block of a step, up to a line that begins with `end`.
    @discardableResult
    func type(_ step: String, upTo end: String? = nil) throws -> String {
        var lines = try block(step, "sh").split(separator: "\n", omittingEmptySubsequences: false)
        if let end { lines = Array(lines.prefix { !$0.hasPrefix(end) }) }
        let isInside = FileManager.default.fileExists(atPath: directory.appending(path: "stock").path)
        let script = "set -e; cd '\(directory.path)\(isInside ? "/stock" : "")'\n" + lines.joined(separator: "\n")
        let program = try Program("/bin/sh", ["-c", own(script)])
        programs.append(program)
        #expect(try program.exitCode() == 0, "\(program.text)")
        return program.text
    }

    private func stockd(_ words: [String]) throws -> Program {
        let file = directory.appending(path: "stock/stockd.yaml").path
        let program = try Program(
            Program.stockd(), words + ["--config", file],
            ["STOCKD_HTTP_LISTEN": "null", "STOCKD_ALERTS_TOPIC": "\(name)-alerts"])
        programs.append(program)
        return program
    }

    func start() throws -> Program {
        let daemon = try stockd(["run"])
        try eventually("stockd is ready", within: 60) { () -> Void? in
            guard daemon.isRunning else { throw Failure(daemon.text) }
            return daemon.text.contains(": ready") ? () : nil
        }
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
