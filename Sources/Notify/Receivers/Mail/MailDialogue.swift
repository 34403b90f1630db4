import Foundation

/// What was said between libcurl and a mail server, as far as it matters: what became of each recipient, and the last
/// refusal. Commands that hold a password are not kept.
struct MailDialogue {
    /// A server's reply to a command.
    struct Reply: Equatable {
        var code: Int
        var text: String

        var isRefusal: Bool { code >= 400 }
    }

    private(set) var recipients: [(address: String, reply: Reply)] = []
    /// The refusal by which the dialogue ended, and the first word of the command; empty for the greeting.
    private(set) var refusal: (command: String, reply: Reply)?
    private var lastCommand = ""
    private var recipient: String?
    private static let commands: Set<String> = [
        "EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "QUIT",
    ]

    mutating func sent(_ bytes: UnsafeRawBufferPointer) {
        let line = String(decoding: bytes.prefix(1_000), as: UTF8.self)
        recipient = nil
        let word = line.prefix { $0.isLetter && $0.isASCII }
        lastCommand =
            ["EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"].contains(word) ? "\(word)" : ""
        if word == "RCPT", let open = line.firstIndex(of: "<"), let close = line.lastIndex(of: ">"), open < close {
            recipient = String(line[line.index(after: open)..<close])
        }
    }

    mutating func heard(_ bytes: UnsafeRawBufferPointer) {
        let line = String(decoding: bytes.prefix(1_000), as: UTF8.self)
        // "250-" begins a reply that goes on.
        guard let code = Int(line.prefix(3)), line.dropFirst(3).first != "-" else { return }
        let reply = Reply(code: code, text: CleanText.of(line.trimmingCharacters(in: .whitespacesAndNewlines)))
        if reply.isRefusal {
            refusal = (lastCommand, reply)
        } else if lastCommand != "QUIT" {
            // It went on: by another way to log in, or with another recipient.
            refusal = nil
        }
        guard let address = recipient else { return }
        recipients.append((address, reply))
        recipient = nil
    }
}
