import Foundation
import TestSupport
import Testing

@testable import Service

/// Rules that neither the compiler nor swift-format checks.
@Suite("The sources")
struct TidyTests {
    private let files: [SourceFile]

    init() throws { files = try SourceFile.all() }

    @Test("no function is over 70 lines long")
    func functions() {
        #expect(files.contains { !$0.functions.isEmpty })
        for file in files {
            for function in file.functions where function.length > 70 {
                Issue.record(
                    "\(file.path):\(function.line): a function of \(function.length) lines; at most 70")
            }
        }
    }

    @Test("no source line has 120 columns or more, and no source file is over 300 lines long")
    func sizes() {
        for file in files {
            for (index, line) in file.lines.enumerated() where line.count >= 120 {
                // Data in a string, such as an event, has no space to break at.
                guard line.drop(while: { $0 == " " }).contains(" ") else { continue }
                Issue.record("\(file.path):\(index + 1): \(line.count) columns; at most 119")
            }
            if file.lines.count > 301 {
                Issue.record("\(file.path): \(file.lines.count - 1) lines; at most 300")
            }
        }
    }

    @Test("at least half of the source files are under 150 lines long")
    func median() {
        let lengths = files.filter { !$0.isTest }.map(\.lines.count).sorted()
        #expect(lengths[lengths.count / 2] < 150)
    }

    /// For each target, the project's modules that it may import.
    private static let below: [String: Set<String>] = [
        "Inventory": [], "Wire": ["Inventory"], "Kafka": ["CRDKafka", "CAllocator"],
        "Pipeline": ["Inventory", "Wire", "Kafka"], "WebClient": [],
        "Web": ["CPage", "Inventory", "Wire", "Pipeline"],
        "Postgres": ["CPQ", "Inventory", "Wire", "Pipeline"],
        "Notify": ["CCurl", "CCrypto", "Inventory", "Wire", "Kafka", "Pipeline"],
        "TemporaryServers": [],
        "Service": ["Inventory", "Wire", "Kafka", "Pipeline", "Web", "Postgres", "Notify"],
        "stockd": [
            "Inventory", "Wire", "Kafka", "Pipeline", "Web", "Postgres", "Notify", "TemporaryServers", "Service",
            "WebClient",
        ],
    ]

    /// Why the target may not import the module; nil when it may.
    private static func isForbidden(_ module: String, in target: String) -> String? {
        if module == "CRDKafka", target != "Kafka" { return "librdkafka stays in Kafka" }
        if module == "CPage", target != "Web" { return "the page stays in Web" }
        if module == "CPQ", target != "Postgres" { return "libpq stays in Postgres" }
        if module == "CCurl" || module == "CCrypto", target != "Notify" { return "libcurl stays in Notify" }
        guard let below = below[target] else { return "nobody said what \(target) may import" }
        if Self.below[module] != nil, !below.contains(module) { return "imports point downwards only" }
        switch target {
        case "Inventory":
            return module == "Synchronization" ? nil : "the domain needs the standard library alone"
        case "Wire", "Kafka", "Pipeline", "Postgres":
            return module.hasPrefix("Foundation") ? "no Foundation near the hot path" : nil
        default:
            return nil
        }
    }

    @Test("every source file imports only modules that its target may import")
    func imports() {
        #expect(files.contains { !$0.imports.isEmpty })
        for file in files where !file.isTest {
            for (line, module) in file.imports {
                guard let reason = Self.isForbidden(module, in: file.target) else { continue }
                Issue.record("\(file.path):\(line): imports \(module); \(reason)")
            }
        }
    }

    @Test("each key of the configuration is declared in the file that its first word names")
    func keys() throws {
        for key in Keys.all {
            let word = key.path[0].replacing("_", with: "")
            let file = try #require(
                files.first { $0.path.lowercased().hasSuffix("/configuration/keys/\(word).swift") },
                "\(key.name)")
            // A format's keys are built from their section's name; a comment lists them.
            let names = [key.name, "." + key.path[key.path.count - 1]]
            #expect(file.lines.contains { line in names.contains { line.contains($0) } }, "\(key.name)")
        }
    }

    @Test("the sources hold no TODO, FIXME or XXX and call neither try! nor fatalError")
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

    @Test("every source file belongs to a target, and every Swift target has source files")
    func targets() throws {
        let manifest = try Repository.text("Package.swift")
        let pattern = /(?:\.target|\.executableTarget|\.testTarget)\(\s*name: "(\w+)"/
        let targets = Set(manifest.matches(of: pattern).map { String($0.1) })
        #expect(targets.contains("Service") && targets.contains("ServiceTests"))
        for file in files where !targets.contains(file.target) {
            Issue.record("\(file.path): there is no target \(file.target) in Package.swift")
        }
        // The targets without Swift files are written in C, and their names begin with a C.
        #expect(targets.subtracting(files.map(\.target)).allSatisfy { $0.hasPrefix("C") })
    }
}
