import TestSupport
import Testing
import Wire

@Suite("Text of others, as people see it")
struct EscapedTextTests {
    @Test(
        "control characters, marks of direction and invisible characters are escaped", arguments: HostileText.samples)
    func hostile(_ text: String) {
        #expect(!HostileText.found(in: text + "\u{7F}").isEmpty)
        let escaped = EscapedText.of(text)
        #expect(HostileText.found(in: escaped) == [] && !escaped.contains("\n"))
        #expect(EscapedText.of(Array(text.utf8)) == escaped)
        #expect(EscapedText.of(escaped) == escaped, "escaping twice changes nothing")
    }

    @Test("an escape names the character, and bytes that are not UTF-8 are named one by one")
    func form() {
        #expect(
            EscapedText.of("\u{1B}[2J\t\r\n\u{0}\u{202E}\u{E0041}") == "\\u{1b}[2J\\t\\r\\n\\u{00}\\u{202e}\\u{e0041}")
        #expect(EscapedText.of("MOVED\u{A0}") == "MOVED\\u{a0}")
        #expect(EscapedText.ofJSON("\"\u{A0}\"") == #""\u00a0""#)
        // A stray byte, a lone surrogate, an overlong form.
        #expect(EscapedText.of([0x61, 0xFF, 0xED, 0xA0, 0x80, 0xC0, 0x9B]) == "a\\xff\\xed\\xa0\\x80\\xc0\\x9b")
    }

    @Test(
        "text of any script stays as it is",
        arguments: ["", "Öl & Käse", "e\u{301}", "ノートPC", "مرحبا", "\u{26A0}\u{FE0F} emoji 🎧", "C:\\new", "\u{A1}~"])
    func plain(_ text: String) {
        #expect(Array(EscapedText.of(text).utf8) == Array(text.utf8))
        #expect(Array(EscapedText.of(Array(text.utf8)).utf8) == Array(text.utf8))
    }
}
