import Foundation
import TestSupport
import Testing

/// Every command in a document: `sh` blocks hold commands, `console` blocks commands behind `$ ` with their output.
@Suite("A command that a document shows", .blocking)
struct ShownCommandTests {
    private struct Command {
        /// The document and the line, for failure messages.
        let origin: String
        let words: [String]
    }

    /// The programs that readers need besides stockd; each new name is one more to install.
    private static let others: Set<String> = [
        ".", "[", "apt", "cat", "cd", "cp", "curl", "cut", "docker", "echo", "export", "git", "grep", "head",
        "install", "jq", "journalctl", "kcat", "kill", "ls", "mkdir", "nc", "openssl", "pip", "printf", "promtool",
        "ps", "psql", "set", "sleep", "sort", "ss", "swift", "systemctl", "systemd-analyze", "systemd-ask-password",
        "systemd-creds", "tail", "tee", "timeout", "touch", "umask", "unzip",
    ]

    private static func commands() throws -> [Command] {
        try MarkdownFile.all().flatMap { document in
            document.blocks.flatMap { block -> [Command] in
                var lines: [(Int, String)] = []
                switch block.language {
                case "sh": lines = block.lines.enumerated().map { (block.line + $0, $1) }
                case "console":
                    lines = block.lines.enumerated().filter { $1.hasPrefix("$ ") || $1.hasPrefix("      ") }
                        .map { (block.line + $0, $1.hasPrefix("$ ") ? String($1.dropFirst(2)) : $1) }
                default: return []
                }
                return split(lines).map { Command(origin: "\(document.path):\($0)", words: $1) }
            }
        }
    }

    /// The commands of a block. A line that ends in a backslash continues; `|`, `;` and `&&` separate commands.
    private static func split(_ lines: [(Int, String)]) -> [(Int, [String])] {
        var commands: [(Int, [String])] = []
        var pending = ""
        var hereDocument: String?
        for (number, line) in lines {
            if let end = hereDocument {
                if line == end { hereDocument = nil }
                continue
            }
            if let start = line.firstMatch(of: /<<'?(\w+)'?/) { hereDocument = String(start.1) }
            let isOpen = (pending + line).count { $0 == "\"" } % 2 == 1
            if line.hasSuffix("\\") || isOpen {
                pending += line.hasSuffix("\\") ? String(line.dropLast()) : line + " "
                continue
            }
            let whole = (pending + line).replacing(/(^|\s)#.*$/) { _ in "" }
                .replacing(/'[^']*'|"[^"]*"/) { _ in "TEXT" }
            pending = ""
            for part in whole.split(separator: /\||;|&&/) {
                let words = part.split(separator: " ").map(String.init).drop {
                    $0.contains("=") || $0 == "sudo"
                }
                if !words.isEmpty { commands.append((number, Array(words))) }
            }
        }
        return commands
    }

    private static func help(_ words: [String]) throws -> String {
        let program = try Program(Program.stockd(), words + ["--help"])
        defer { program.remove() }
        #expect(try program.exitCode() == 0, "stockd \(words.joined(separator: " ")) --help")
        return program.text
    }

    @Test(
        "each command in a document is stockd with options it has, a make target, a script or a known tool")
    func commands() throws {
        let commands = try Self.commands()
        let makefile = try Repository.text("Makefile")
        let targets = Set(makefile.matches(of: /(?m)^([a-z-]+):/).map { String($0.1) })
        var helps: [[String]: String] = [:]
        for command in commands {
            let name = command.words[0]
            switch name {
            case "stockd", "./stockd", ".build/release/stockd":
                let words = Array(command.words.dropFirst().prefix { $0.wholeMatch(of: /[a-z]+/) != nil })
                let depth = ["dlq", "postgres", "notify"].contains(words.first) ? 2 : 1
                let path = Array(words.prefix(depth))
                let text = try helps[path] ?? Self.help(path)
                helps[path] = text
                for option in command.words.filter({ $0.hasPrefix("--") && $0 != "--help" }) {
                    let bare = option.prefix { $0 != "=" }
                    #expect(text.contains(bare), "\(command.origin): \(bare)")
                }
            case "make":
                for word in command.words.dropFirst() where !word.contains("=") && !word.hasPrefix("-") {
                    #expect(targets.contains(word), "\(command.origin): make \(word)")
                }
            default:
                let isScript =
                    name.contains("/")
                    && FileManager.default.fileExists(atPath: Repository.root.appending(path: name).path)
                let isKafkas = name.wholeMatch(of: /kafka-[a-z-]+(\.sh)?/) != nil
                #expect(
                    isScript || isKafkas || name.hasPrefix("$") || Self.others.contains(name),
                    "\(command.origin): \(name)")
            }
        }
        #expect(commands.count > 40)
    }
}
