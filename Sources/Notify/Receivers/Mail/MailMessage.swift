import Foundation
import Inventory
import Wire

/// A notification as a MIME message: a text, and the same as an HTML table.
struct MailMessage {
    /// The most mails that one refers to; a digest may be of more.
    private static let mostReferences = 20
    /// Base64 has no such letters.
    private static let boundary = "=_stockd"

    let bytes: [UInt8]
    let messageID: String

    private static func date(_ time: Date) -> String {
        let seconds = min(max(time.timeIntervalSince1970, 0), 2e11)
        return InternetDate.string(Timestamp(microseconds: Int64(seconds) * 1_000_000), zone: "+0000")
    }

    init(
        _ notification: Notification, from: MailAddress, to: [MailAddress], domain: String, texts: Texts,
        mostLines: Int
    ) {
        messageID = MailText.messageID(notification.id, domain: domain)
        let title = texts.title(of: notification)
        var headers = [
            "Date: \(Self.date(notification.time))",
            "From: \(from.header)",
            "To: \(to.map(\.header).joined(separator: ",\r\n "))",
            "Subject: \(MailText.encodedWords(title))",
            "Message-ID: \(messageID)",
        ]
        let threads = Self.threads(of: notification, besides: messageID)
        if !threads.isEmpty {
            headers.append("In-Reply-To: \(threads.joined(separator: "\r\n "))")
            headers.append("References: \(threads.joined(separator: "\r\n "))")
        }
        headers += [
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: multipart/alternative; boundary=\"\(Self.boundary)\"",
        ]
        let lines = texts.lines(of: notification.items, at: notification.time, most: mostLines)
        let plain = title + "\n\n" + lines.joined(separator: "\n") + "\n"
        let html = MailTable(notification, title: title, lines: lines, texts: texts, mostRows: mostLines).html
        let message =
            headers.joined(separator: "\r\n") + "\r\n\r\n" + Self.part("plain", plain) + Self.part("html", html)
            + "--\(Self.boundary)--\r\n"
        bytes = Array(message.utf8)
    }

    private static func part(_ kind: String, _ text: String) -> String {
        """
        --\(boundary)\r
        Content-Type: text/\(kind); charset=utf-8\r
        Content-Transfer-Encoding: base64\r
        \r
        \(MailText.base64(text))\r

        """
    }

    /// The first mails of the items' alerts.
    private static func threads(of notification: Notification, besides own: String) -> [String] {
        var threads: [String] = []
        for thread in notification.items.compactMap(\.thread) where threads.count < mostReferences {
            guard thread != own, MailText.isMessageID(thread), !threads.contains(thread) else { continue }
            threads.append(thread)
        }
        return threads
    }
}

/// The HTML part.
private struct MailTable {
    let html: String

    init(_ notification: Notification, title: String, lines: [String], texts: Texts, mostRows: Int) {
        let body: String
        if texts.hasDefaultLine {
            let rows = notification.items.prefix(mostRows).map { Self.row($0, at: notification.time, texts) }
            let rest = lines.dropFirst(rows.count).map { "<p>\(MailText.html($0))</p>" }
            body = Self.head + rows.joined(separator: "\n") + "\n</table>\n" + rest.joined()
        } else {
            // The user's lines say what the table would.
            body = "<ul>\n" + lines.map { "<li>\(MailText.html($0))</li>" }.joined(separator: "\n") + "\n</ul>\n"
        }
        html = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>\(MailText.html(title))</title></head>
            <body style="font-family: sans-serif">
            <h3>\(MailText.html(title))</h3>
            \(body)
            </body></html>

            """
    }

    private static let head = """
        <table cellpadding="6" style="border-collapse: collapse; text-align: left">
        <tr><th>Product</th><th>Warehouse</th><th>Level</th><th>Stock</th><th>Threshold</th><th>Since</th>\
        <th>For</th></tr>

        """

    private static func row(_ item: Notification.Item, at time: Date, _ texts: Texts) -> String {
        let alert = item.alert
        let product = MailText.html(Words.product(alert))
        let link = texts.link(to: alert).map { "<a href=\"\(MailText.html($0))\">\(product)</a>" }
        let others = [
            Words.warehouse(alert), Words.news(of: item), alert.currentStock.map { Words.grouped($0) } ?? "",
            alert.reorderThreshold.map { Words.grouped($0) } ?? "", Words.time(item.began),
            Words.duration(of: item, at: time) ?? "",
        ]
        let cells = [link ?? product] + others.map { MailText.html($0) }
        return "<tr>" + cells.map { "<td style=\"border-top: 1px solid #ccc\">\($0)</td>" }.joined() + "</tr>"
    }
}
