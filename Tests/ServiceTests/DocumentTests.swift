import Foundation
import TestSupport
import Testing
import Yams

@testable import Service

@Suite("The documents")
struct DocumentTests {
    private let documents: [MarkdownFile]

    init() throws { documents = try MarkdownFile.all() }

    @Test("the documents link only to files and headings that exist")
    func links() throws {
        var count = 0
        for document in documents {
            let directory = Repository.root.appending(path: document.path).deletingLastPathComponent()
            for (line, target) in document.links where !target.contains(":") {
                count += 1
                let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                let file =
                    parts[0].isEmpty
                    ? Repository.root.appending(path: document.path)
                    : directory.appending(path: String(parts[0])).standardizedFileURL
                guard FileManager.default.fileExists(atPath: file.path) else {
                    Issue.record("\(document.path):\(line): there is no \(target)")
                    continue
                }
                guard parts.count == 2 else { continue }
                let root = Repository.root.standardizedFileURL.path + "/"
                let linked = try MarkdownFile(String(file.standardizedFileURL.path.dropFirst(root.count)))
                #expect(
                    linked.anchors.contains(String(parts[1])),
                    "\(document.path):\(line): \(linked.path) has no heading for #\(parts[1])")
            }
        }
        #expect(count > 50)
    }

    /// A block that names another file in its first line, such as prometheus.yml, is not stockd's.
    @Test("the documents show only configuration that `stockd check` accepts")
    func configuration() throws {
        let sections = Set(Keys.all.map { $0.path[0] })
        var count = 0
        for document in documents {
            for block in document.blocks where block.language == "yaml" {
                let first = block.lines.first ?? ""
                if let name = first.firstMatch(of: /^# *(\S+\.ya?ml)/), name.1 != "stockd.yaml" { continue }
                count += 1
                let top = try Yams.load(yaml: block.text) as? [String: Any] ?? [:]
                let unknown = Set(top.keys).subtracting(sections)
                #expect(unknown == [], "\(document.path):\(block.line)")
                let (_, mistakes) = Configuration.load(
                    text: Self.completed(block.text, top), named: "stockd.yaml")
                #expect(mistakes == [], "\(document.path):\(block.line)")
            }
        }
        #expect(count > 6)
    }

    /// Adds the reference tables that the block leaves out, because a file must have both.
    private static func completed(_ text: String, _ top: [String: Any]) -> String {
        let given = top["reference"] as? [String: Any] ?? [:]
        let missing = ["products", "warehouses"].filter { given[$0] == nil }
        guard !missing.isEmpty else { return text }
        let lines = missing.map { "  \($0): {file: \($0).csv}\n" }.joined()
        return given.isEmpty
            ? text + "\nreference:\n" + lines : text.replacing("reference:\n", with: "reference:\n" + lines)
    }

    @Test("every JSON block in the documents is valid JSON")
    func json() throws {
        var count = 0
        for document in documents {
            for block in document.blocks where block.language == "json" {
                count += 1
                // A block holds one value, or one value on each line.
                let texts = (try? Self.parse(block.text)) != nil ? [block.text] : block.lines
                for text in texts where !text.isEmpty {
                    #expect(throws: Never.self, "\(document.path):\(block.line)") { try Self.parse(text) }
                }
            }
        }
        #expect(count > 10)
    }

    private static func parse(_ text: String) throws {
        _ = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    }

    @Test("docs/configuration.md describes every key as the table of keys does")
    func configurationPage() throws {
        let rendered = ConfigurationPage.render()
        if ProcessInfo.processInfo.environment["STOCKD_TEST_WRITE_CONFIG"] != nil {
            try Data(rendered.utf8).write(
                to: Repository.root.appending(path: "docs/configuration.md"), options: .atomic)
        }
        #expect(
            try Repository.text("docs/configuration.md") == rendered,
            "run make config to write docs/configuration.md from the table of keys")
    }

    @Test("README.md has at most 120 lines and DESIGN.md at most 200")
    func lengths() throws {
        for (path, most) in [("README.md", 120), ("DESIGN.md", 200)] {
            let lines = try Repository.text(path).split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count - 1 <= most, "\(path)")
        }
    }

    @Test("the documents have no line over 120 columns, tables and quoted output aside")
    func columns() {
        for document in documents {
            for (line, text) in document.prose where text.count > 120 {
                guard !text.hasPrefix("|"), text.contains(" ") else { continue }
                Issue.record("\(document.path):\(line): \(text.count) columns; at most 120")
            }
        }
    }
}
