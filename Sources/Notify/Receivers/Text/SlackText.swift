/// Slack's escapes: three characters, no others.
enum SlackText {
    static func escape(_ text: String) -> String {
        var out = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            default: out.unicodeScalars.append(character)
            }
        }
        return out
    }

    /// At most so many UTF-16 units, and no half of an escape or of a link.
    static func cut(_ text: String, most: Int) -> String {
        guard text.utf16.count > most else { return text }
        var kept = CleanText.cut(text, most: most)
        kept.removeLast()
        if let start = kept.lastIndex(of: "&"), !kept[start...].contains(";") { kept.removeSubrange(start...) }
        if let start = kept.lastIndex(of: "<"), !kept[start...].contains(">") { kept.removeSubrange(start...) }
        return kept + "…"
    }
}
