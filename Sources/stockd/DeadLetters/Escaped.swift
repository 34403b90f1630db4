import Wire

/// Foreign text for a terminal: nothing in it can move the cursor or reorder what stands beside it.
enum Escaped {
    static func text(_ bytes: [UInt8]) -> String { EscapedText.of(bytes) }
    static func text(_ text: String) -> String { EscapedText.of(Array(text.utf8)) }
}
