import Foundation
import TestSupport
import Testing

/// Whoever searches docs/ for the message with which the program ended must find its entry.
@Suite("docs/troubleshooting.md")
struct TroubleshootingTests {
    private let headings: [String]

    init() throws {
        let page = try MarkdownFile("docs/troubleshooting.md")
        headings = page.prose.compactMap { $0.text.hasPrefix("### ") ? String($0.text.dropFirst(4)) : nil }
    }

    /// Where such messages are written: failures, mistakes of the configuration, problems with topics.
    private static var sites: Regex<(Substring, Substring?)> {
        /\.misconfigured\(|StopReason\(\s*\.(configuration|data)|contradiction\(|\bMistake\(/
    }

    @Test("docs/troubleshooting.md has an entry for every message that ends the program with 65 or 78")
    func messages() throws {
        var count = 0
        // A receiver that is misconfigured ends nothing.
        for file in try SourceFile.all() where !file.isTest && !file.path.contains("/Receivers/") {
            let text = file.lines.joined(separator: "\n")
            for start in text.ranges(of: Self.sites) {
                let literal = Self.literals(in: Self.call(text[start.lowerBound...]))
                guard literal.contains(where: \.isLetter) else { continue }
                count += 1
                #expect(
                    headings.contains { literal.contains($0) },
                    "\(file.path): no heading is part of \"\(literal)\"")
            }
        }
        #expect(count > 40)
    }

    @Test("every message or alert in docs/troubleshooting.md exists in the sources or the alert rules")
    func headingsAreReal() throws {
        let files = try SourceFile.all().filter { !$0.isTest }
        let literals = files.map { Self.literals(in: $0.lines.joined(separator: "\n")[...]) }
        let names = files.map { $0.lines.joined(separator: "\n") }
        let rules = try Repository.text("Config/observability/stockd.rules.yaml")
        #expect(headings.count > 100)
        for heading in headings where heading.first?.isLowercase == true || !heading.contains(" ") {
            let isKnown =
                literals.contains { $0.contains(heading) } || names.contains { $0.contains(heading) }
                || rules.contains("alert: \(heading)") || heading.wholeMatch(of: /[A-Z_]+/) != nil
            #expect(isKnown, "nothing in Sources says \"\(heading)\"")
        }
    }

    /// From a call's name to the parenthesis that closes it.
    private static func call(_ text: Substring) -> Substring {
        var depth = 0
        for index in text.indices {
            if text[index] == "(" { depth += 1 }
            if text[index] == ")" {
                depth -= 1
                if depth == 0 { return text[...index] }
            }
        }
        return text
    }

    /// The text of all string literals, joined; each interpolation becomes a character that no heading contains.
    private static func literals(in text: Substring) -> String {
        var all = ""
        var isInText = false
        for piece in text.split(separator: "\n") {
            let line = piece.drop { $0 == " " }
            if line.hasPrefix("//") { continue }
            if line.contains("\"\"\"") {
                isInText.toggle()
                all += quoted(line.replacing("\"\"\"", with: "")[...])
            } else {
                all += isInText ? interpolationsHidden(line) : quoted(line)
            }
        }
        return all
    }

    private static func quoted(_ line: Substring) -> String {
        var all = ""
        var depth = 0
        var isInside = false
        var previous: Character = " "
        for character in line {
            defer { previous = previous == "\\" && character == "\\" ? " " : character }
            if depth > 0 {
                depth += character == "(" ? 1 : character == ")" ? -1 : 0
            } else if isInside, previous == "\\", character == "(" {
                depth = 1
                all.removeLast()
                all += "\u{0}"
            } else if character == "\"", previous != "\\" {
                isInside.toggle()
            } else if isInside {
                if character == "\"", previous == "\\" { all.removeLast() }
                all.append(character)
            }
        }
        return all
    }

    private static func interpolationsHidden(_ line: Substring) -> String {
        let text = quoted("\"\(line.hasSuffix("\\") ? line.dropLast() : line)\"")
        return line.hasSuffix("\\") ? text : text + " "
    }
}
