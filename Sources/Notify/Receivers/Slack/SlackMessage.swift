import Foundation

/// A message as Slack takes it: a text for notifications, and sections of lines.
struct SlackMessage {
    /// Slack's limits.
    static let mostBlocks = 50
    static let mostOfSection = 3_000
    /// Slack cuts a text beyond 40,000 and advises 4,000. With so much of lines a message keeps well below what makes
    /// Slack answer `msg_blocks_too_long`.
    private static let mostOfLines = 12_000

    private let title: String
    private let lines: [String]

    init(_ notification: Notification, texts: Texts, mostLines: Int) {
        title = texts.title(of: notification, .slack)
        lines = texts.lines(
            of: notification.items, at: notification.time, .slack, most: mostLines, mostUnits: Self.mostOfLines)
    }

    /// The members `text`, `blocks` and what keeps Slack from turning data into links and mentions.
    var members: [(String, JSON)] {
        [
            ("text", .text(title)),
            ("blocks", .list(sections.map { Self.block($0) })),
            ("unfurl_links", .bool(false)),
            ("unfurl_media", .bool(false)),
        ]
    }

    private static func block(_ text: String) -> JSON {
        let text: [(String, JSON)] = [("type", .text("mrkdwn")), ("text", .text(text)), ("verbatim", .bool(true))]
        return .object([("type", .text("section")), ("text", .object(text))])
    }

    /// The title, then as few sections as hold the lines.
    private var sections: [String] {
        var sections = ["*\(title)*"]
        var section = ""
        for line in lines {
            if !section.isEmpty, section.utf16.count + line.utf16.count + 1 > Self.mostOfSection {
                sections.append(section)
                section = ""
            }
            section += (section.isEmpty ? "" : "\n") + line
        }
        if !section.isEmpty { sections.append(section) }
        return Array(sections.prefix(Self.mostBlocks))
    }
}
