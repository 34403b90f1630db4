/// Text that does something to a terminal, or that nobody can see: what names and messages of others may hold.
public enum HostileText {
    /// One of each kind.
    public static let samples: [String] = [
        "\u{1B}[31mred\u{1B}[0m\u{07}", "\u{1B}]0;title\u{07}", "\u{9B}2J", "nul\u{00}nul", "del\u{7F}", "back\u{08}",
        "a\nb\r\nc", "tab\there", "next\u{85}line", "line\u{2028}end", "paragraph\u{2029}end",
        "\u{202E}gnp.exe \u{202E}x", "\u{2066}isolate\u{2069}", "\u{200E}mark\u{200F}", "arabic\u{61C}mark",
        "zero\u{200B}width", "joined\u{200D}", "word\u{2060}joiner", "soft\u{AD}hyphen", "\u{FEFF}mark",
        "tag\u{E0041}\u{E007F}", "selector\u{E0100}", "filler\u{3164}", "anchor\u{FFF9}",
    ]

    /// What is left in the text of it, besides the ends of lines; it has a list of its own.
    public static func found(in text: String) -> [String] {
        text.unicodeScalars.filter { isHostile($0) && $0 != "\n" }.map { "U+" + String($0.value, radix: 16) }
    }

    private static func isHostile(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F, 0xAD, 0x61C, 0x115F...0x1160, 0x180E, 0x200B...0x200F, 0x2028...0x202E,
            0x2060...0x206F, 0x3164, 0xFEFF, 0xFFA0, 0xFFF9...0xFFFB, 0xE0000...0xE0FFF:
            true
        default: false
        }
    }
}
