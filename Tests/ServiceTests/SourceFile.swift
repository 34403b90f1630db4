import Foundation
import TestSupport

/// A Swift file of this package.
struct SourceFile {
    /// From the package's root: `Sources/Service/Systemd/SocketAddress.swift`.
    let path: String
    let lines: [Substring]

    /// The target it belongs to by its directory: `Service`.
    var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
    var isTest: Bool { path.hasPrefix("Tests/") }

    /// Every Swift file under the package's source directories.
    static func all() throws -> [SourceFile] {
        try ["Sources", "Tests"].flatMap { directory -> [SourceFile] in
            let root = Repository.root.appending(path: directory)
            let names = try FileManager.default.subpathsOfDirectory(atPath: root.path)
            return try names.filter { $0.hasSuffix(".swift") }.sorted().map { name in
                let text = try Repository.text(directory + "/" + name)
                return SourceFile(
                    path: directory + "/" + name,
                    lines: text.split(separator: "\n", omittingEmptySubsequences: false))
            }
        }
    }

    /// Modules imported, with their lines counted from 1.
    var imports: [(line: Int, module: String)] {
        lines.enumerated().compactMap { index, line in
            guard line.contains("import ") else { return nil }
            let pattern =
                /^\s*(?:@\S+ )*(?:(?:public|package|internal|fileprivate|private) )?import (?:\w+ )?(\w+)/
            return line.firstMatch(of: pattern).map { (index + 1, String($0.1)) }
        }
    }

    /// Functions by their first line, counted from 1. swift-format puts a body's closing brace under the
    /// declaration, so this needs no parser.
    var functions: [(line: Int, length: Int)] {
        lines.enumerated().compactMap { index, line in
            // The pattern is slow, and most lines are no declarations.
            guard ["func ", "init", "subscript"].contains(where: line.contains) else { return nil }
            let pattern = /^( *)(?:@?[\w()]+ )*(?:func |init[?(<]|deinit |subscript[(<])/
            guard let match = line.firstMatch(of: pattern) else { return nil }
            let rest = lines[index...]
            // A protocol's function has no body; the next brace is not its own.
            guard let open = rest.firstIndex(where: { $0.hasSuffix("{") || $0.hasSuffix("}") || $0.isEmpty }),
                lines[open].hasSuffix("{"),
                let close = rest[open...].firstIndex(where: { $0 == match.1 + "}" })
            else { return nil }
            return (index + 1, close - index + 1)
        }
    }

    /// The lines that contain one of the words, without their comments and without the text in quotes.
    func code(with words: [String]) -> [(line: Int, text: String)] {
        lines.enumerated().compactMap { index, line in
            guard words.contains(where: line.contains) else { return nil }
            let bare = line.replacing(/"(?:\\.|[^"\\])*"/) { _ in "\"\"" }
            return (index + 1, String(bare.replacing(/\/\/.*$/) { _ in "" }))
        }
    }
}
