import Foundation

/// A Markdown file of the working copy, as far as tests read it.
public struct MarkdownFile {
    /// A fenced block.
    public struct Block {
        /// The first word behind the fence: `sh`.
        public let language: String
        public let lines: [String]
        /// The number of its first line.
        public let line: Int

        public var text: String { lines.joined(separator: "\n") + "\n" }
    }

    public let path: String
    public private(set) var blocks: [Block] = []
    /// The lines outside fenced blocks, numbered from 1.
    public private(set) var prose: [(line: Int, text: String)] = []

    public init(_ path: String) throws {
        self.path = path
        var open: (language: String, lines: [String], line: Int)?
        let lines = try Repository.text(path).split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let bare = line.drop { $0 == " " }
            if let block = open {
                if bare.hasPrefix("```") {
                    blocks.append(Block(language: block.language, lines: block.lines, line: block.line))
                    open = nil
                } else {
                    open?.lines.append(String(line))
                }
            } else if bare.hasPrefix("```") {
                let language = bare.dropFirst(3).prefix { !$0.isWhitespace }
                open = (String(language), [], index + 2)
            } else {
                prose.append((index + 1, String(line)))
            }
        }
    }

    /// The documents that people read: those at the top and in `docs`.
    public static func all() throws -> [MarkdownFile] {
        let top = try FileManager.default.contentsOfDirectory(atPath: Repository.root.path)
        let docs = try FileManager.default.subpathsOfDirectory(atPath: Repository.root.path + "/docs")
        let paths = top.sorted() + docs.sorted().map { "docs/" + $0 }
        return try paths.filter { $0.hasSuffix(".md") }.map { try MarkdownFile($0) }
    }

    /// The anchors that GitHub makes of the headings, for the `#…` of links.
    public var anchors: Set<String> {
        var anchors: Set<String> = []
        for (_, text) in prose {
            guard let heading = text.firstMatch(of: /^#+ +(.*)$/) else { continue }
            let kept = heading.1.lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
            let anchor = kept.replacing(" ", with: "-")
            // A second heading of the same text gets a number.
            var unique = anchor
            var number = 0
            while !anchors.insert(unique).inserted {
                number += 1
                unique = "\(anchor)-\(number)"
            }
        }
        return anchors
    }

    /// Targets of links and pictures.
    public var links: [(line: Int, target: String)] {
        prose.flatMap { line, text in
            // Text in back quotes is code.
            let bare = text.replacing(/`[^`]*`/) { _ in "" }
            return bare.matches(of: /\]\(([^()\s]+)\)/).map { (line, String($0.1)) }
        }
    }
}
