public import Foundation
import TestSupport

/// A mail server that gives scripted replies and keeps the mails that it was sent.
public final class MailServer {
    public struct Script: Encodable {
        /// Replies by address, one after the other.
        public var recipients: [String: [String]] = [:]
        /// Replies to mails, one after the other.
        public var data: [String] = []
        public var mail = "250 OK"
        /// User and password.
        public var login: [String]?
        /// `starttls` or `implicit`.
        public var tls: String?
        public var hang = false
        public var drops = false

        public init(
            recipients: [String: [String]] = [:], data: [String] = [], mail: String = "250 OK", login: [String]? = nil,
            tls: String? = nil, hang: Bool = false, drops: Bool = false
        ) {
            self.recipients = recipients
            self.data = data
            self.mail = mail
            self.login = login
            self.tls = tls
            self.hang = hang
            self.drops = drops
        }
    }

    public struct Mail: Decodable {
        public var from: String
        public var to: [String]
        public var content: Data
        public var greeting: String
        public var encrypted: Bool
        public var login: String

        /// The headers, unfolded.
        public var headers: [String: String] {
            var headers: [String: String] = [:]
            let head = String(decoding: content, as: UTF8.self).components(separatedBy: "\r\n\r\n")[0]
            for line in head.replacing("\r\n ", with: " ").components(separatedBy: "\r\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                headers[String(parts[0])] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
            }
            return headers
        }
    }

    public var port: Int { process.port }
    /// Mails that nobody asked for yet.
    public var unread: Int { process.unread }
    private let process: ServerProcess

    public init(_ script: Script = Script()) throws {
        let arguments = [String(decoding: try JSONEncoder().encode(script), as: UTF8.self)]
        let certificate = try TestCertificate.shared.get()
        process = try ServerProcess("mail_server.py", arguments + [certificate.server], python: TestTool.python)
    }

    /// Waits for the next mail.
    public func next() throws -> Mail { try process.next() }

    /// What Python's own mail parser makes of a mail: subject, text, HTML and what it does not like.
    public static func parsed(_ mail: Mail) throws -> [String: String] {
        let script = """
            import email, email.policy, json, sys
            m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
            body = lambda kind: m.get_body((kind,)).get_content()
            defects = [d for p in m.walk() for d in p.defects] + [d for h in m.values() for d in h.defects]
            print(json.dumps({"subject": m["subject"], "plain": body("plain"), "html": body("html"),
              "from": str(m["from"]), "to": str(m["to"]), "date": str(m["date"].datetime), "defects": str(defects),
              "names": " ".join(m.keys()), "type": m.get_content_type()}))
            """
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-c", script]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        input.fileHandleForWriting.write(mail.content)
        try input.fileHandleForWriting.close()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return try JSONDecoder().decode([String: String].self, from: said)
    }
}
