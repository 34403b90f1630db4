import Foundation
import TestSupport
import Testing

@testable import Service

/// What neither the compiler nor swift-format sees.
@Suite("The sources")
struct TidyTests {
    private let files: [SourceFile]

    init() throws { files = try SourceFile.all() }

    @Test("have no function over 70 lines")
    func functions() {
        #expect(files.contains { !$0.functions.isEmpty })
        for file in files {
            for function in file.functions where function.length > 70 {
                Issue.record(
                    "\(file.path):\(function.line): a function of \(function.length) lines; at most 70")
            }
        }
    }

    @Test("have no line of 120 columns or more and no file over 300 lines")
    func sizes() {
        for file in files {
            for (index, line) in file.lines.enumerated() where line.count >= 120 {
                // Data in a string, an event for one, has no space to break at.
                guard line.drop(while: { $0 == " " }).contains(" ") else { continue }
                Issue.record("\(file.path):\(index + 1): \(line.count) columns; at most 119")
            }
            if file.lines.count > 301 {
                Issue.record("\(file.path): \(file.lines.count - 1) lines; at most 300")
            }
        }
    }

    @Test("are in half of all files under 150 lines long")
    func median() {
        let lengths = files.filter { !$0.isTest }.map(\.lines.count).sorted()
        #expect(lengths[lengths.count / 2] < 150)
    }

    /// The project's modules that each may import.
    private static let below: [String: Set<String>] = [
        "Inventory": [], "Wire": ["Inventory"], "Kafka": ["CRDKafka", "CAllocator"],
        "Pipeline": ["Inventory", "Wire", "Kafka"], "Web": ["Inventory", "Wire", "Pipeline"], "WebClient": [],
        "Service": ["Inventory", "Wire", "Kafka", "Pipeline", "Web"],
        "stockd": ["Inventory", "Wire", "Kafka", "Pipeline", "Web", "Service", "WebClient"],
    ]

    /// What a module may not import, and why.
    private static func isForbidden(_ module: String, in target: String) -> String? {
        if module == "CRDKafka", target != "Kafka" { return "C stays in Kafka" }
        guard let below = below[target] else { return "nobody said what \(target) may import" }
        if Self.below[module] != nil, !below.contains(module) { return "imports point downwards only" }
        switch target {
        case "Inventory":
            return "the domain needs the standard library alone"
        case "Wire", "Kafka", "Pipeline":
            return module.hasPrefix("Foundation") ? "no Foundation near the hot path" : nil
        default:
            return nil
        }
    }

    @Test("import nothing that their module may not")
    func imports() {
        #expect(files.contains { !$0.imports.isEmpty })
        for file in files where !file.isTest {
            for (line, module) in file.imports {
                guard let reason = Self.isForbidden(module, in: file.target) else { continue }
                Issue.record("\(file.path):\(line): imports \(module); \(reason)")
            }
        }
    }

    @Test("declare each key of the configuration in the file that its first word names")
    func keys() throws {
        for key in Keys.all {
            let word = key.path[0].replacing("_", with: "")
            let file = try #require(
                files.first { $0.path.lowercased().hasSuffix("/configuration/keys/\(word).swift") },
                "\(key.name)")
            // The keys of formats are made of their section's name; a comment lists them.
            let names = [key.name, "." + key.path[key.path.count - 1]]
            #expect(file.lines.contains { line in names.contains { line.contains($0) } }, "\(key.name)")
        }
    }

    @Test("leave nothing undone and do not give up")
    func stubs() {
        let words = ["try!", "fatalError(", "TODO", "FIXME", "XXX"]
        for file in files where !file.isTest {
            for (line, text) in zip(1..., file.lines) {
                for word in words.suffix(3) where text.contains(word) {
                    Issue.record("\(file.path):\(line): \(word); finish it or file an issue")
                }
            }
            for (line, text) in file.code(with: Array(words.prefix(2))) {
                for word in words.prefix(2) where text.contains(word) {
                    Issue.record("\(file.path):\(line): \(word); throw an error that says what is wrong")
                }
            }
        }
    }

    @Test("belong to a target each, and each target has some")
    func targets() throws {
        let manifest = try Repository.text("Package.swift")
        let pattern = /(?:\.target|\.executableTarget|\.testTarget)\(\s*name: "(\w+)"/
        let targets = Set(manifest.matches(of: pattern).map { String($0.1) })
        #expect(targets.contains("Service") && targets.contains("ServiceTests"))
        for file in files where !targets.contains(file.target) {
            Issue.record("\(file.path): there is no target \(file.target) in Package.swift")
        }
        // Those whose names begin with a C are C.
        #expect(targets.subtracting(files.map(\.target)).allSatisfy { $0.hasPrefix("C") })
    }
}
