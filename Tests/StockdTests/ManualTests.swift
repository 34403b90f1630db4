import Foundation
import TestSupport
import Testing

@Suite("The manual page", .blocking)
struct ManualTests {
    private static let path = Repository.root.appending(path: "docs/stockd.8").path
    private static let mandoc = Program.find("mandoc")

    private static func run(_ path: String, _ arguments: [String]) throws -> String {
        let program = try Program(path, arguments)
        defer { program.remove() }
        _ = try program.exitCode()
        return program.text
    }

    /// The subcommands that a command's help lists.
    private static func subcommands(of command: [String]) throws -> [String] {
        let help = try run(Program.stockd(), command + ["--help"])
        guard let list = help.components(separatedBy: "SUBCOMMANDS:\n").dropFirst().first else { return [] }
        return list.split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.isEmpty }
            .filter { !$0.hasPrefix("   ") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }
    }

    @Test("the manual page names every command and every option that --help lists")
    func commands() throws {
        let page = try String(contentsOfFile: Self.path, encoding: .utf8)
        let commands = try Self.subcommands(of: [])
        #expect(commands.contains("run") && commands.contains("dlq"))
        for command in commands where command != "help" {
            #expect(page.contains(".Cm \(command)"), "\(command) has no synopsis")
            let nested = try Self.subcommands(of: [command])
            for words in nested.isEmpty ? [[command]] : nested.map({ [command, $0] }) {
                #expect(page.contains(".Cm \(words.joined(separator: " "))"), "\(words) has no synopsis")
                let help = try Self.run(Program.stockd(), words + ["--help"])
                let options = Set(help.matches(of: /(?m)^  --([a-z-]+)/).map { String($0.1) })
                for option in options.subtracting(["version"]) {
                    #expect(page.contains("Fl -\(option)"), "\(words) --\(option) is missing")
                }
            }
        }
    }

    @Test("the manual page names every exit code that stockd --help names")
    func exitCodes() throws {
        let page = try String(contentsOfFile: Self.path, encoding: .utf8)
        let help = try Self.run(Program.stockd(), ["--help"])
        let line = try #require(help.components(separatedBy: "Exit codes:").dropFirst().first)
        let codes = line.prefix { $0 != "." }.matches(of: /\b\d+\b/).map { String($0.output) }
        #expect(codes.count >= 7)
        for code in codes { #expect(page.contains("\n.It \(code)\n"), "exit code \(code) is missing") }
    }

    @Test(
        "the manual page is well formed",
        .enabled(if: mandoc != nil, "mandoc is not installed: apt-get install mandoc"))
    func lint() throws {
        let complaints = try Self.run(#require(Self.mandoc), ["-T", "lint", Self.path])
            .split(separator: "\n").filter { !$0.contains("mandoc.db") }
        #expect(complaints == [])
    }
}
