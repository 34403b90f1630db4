import Foundation

/// An address of mail, with a name perhaps.
struct MailAddress: Sendable, Equatable {
    let name: String?
    let address: String

    /// - Parameter text: `ann@example.com` or `Ann <ann@example.com>`.
    init(_ text: String, setting: String) throws(ReceiverSettingsError) {
        let shown = CleanText.of(text)
        let text = text.trimmingCharacters(in: .whitespaces)
        var address = text
        var name: String?
        if text.hasSuffix(">"), let open = text.lastIndex(of: "<") {
            address = String(text[text.index(after: open)...].dropLast())
            let before = text[..<open].trimmingCharacters(in: .whitespaces)
            name = CleanText.of(before.trimmingCharacters(in: ["\""]))
        }
        guard address.wholeMatch(of: /[A-Za-z0-9.!#$%&'*+\/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*/) != nil,
            address.utf8.count <= 254
        else {
            throw ReceiverSettingsError(
                setting, "must be an address such as stockd@example.com; \(shown) is none")
        }
        self.address = address
        self.name = name.flatMap { $0.isEmpty ? nil : $0 }
    }

    var domain: String { String(address.split(separator: "@").last ?? "localhost") }

    /// As in a header.
    var header: String { name.map { "\(MailText.encodedWords($0)) <\(address)>" } ?? "<\(address)>" }
}
