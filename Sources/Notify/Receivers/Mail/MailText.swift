import Foundation

/// Texts as mails carry them.
enum MailText {
    /// By RFC 2047, folded; so no text can begin another header.
    static func encodedWords(_ text: String) -> String {
        let text = CleanText.of(text, most: 500)
        let isPlain =
            text.utf8.count <= 60 && !text.contains("=?")
            && text.utf8.allSatisfy { $0 == 0x20 || isAtom($0) }
        if isPlain { return text }
        var words: [String] = []
        var part: [UInt8] = []
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            // 45 bytes make 60 characters of base64; a word has at most 75.
            if part.count + bytes.count > 45 {
                words.append(word(part))
                part = []
            }
            part += bytes
        }
        return (words + [word(part)]).joined(separator: "\r\n ")
    }

    private static func word(_ bytes: [UInt8]) -> String { "=?UTF-8?B?\(Data(bytes).base64EncodedString())?=" }

    /// What may stand in a name or a subject without quotes.
    private static func isAtom(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// In lines of 76 characters.
    static func base64(_ text: String) -> String {
        Data(text.utf8).base64EncodedString(options: [
            .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
        ])
    }

    static func html(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// A Message-ID that is the same for the same notification.
    static func messageID(_ id: String, domain: String) -> String {
        var local = ""
        for byte in id.utf8 {
            let isKept = isAtom(byte) && byte != UInt8(ascii: "+")
            // No two ids become one.
            local += isKept ? String(UnicodeScalar(byte)) : "+" + String(byte, radix: 16) + "+"
        }
        return "<stockd.\(local)@\(domain)>"
    }

    static func isMessageID(_ text: String) -> Bool {
        text.wholeMatch(of: /<[!-;=?-~]{1,900}>/) != nil
    }
}
