import Foundation
import Inventory
import Logging
import ReceiverSupport
import TestSupport
import Testing

@testable import Notify

@Suite("Mail", .blocking, .timeLimit(.minutes(2)))
struct MailTests {
    private let log = LineLog()

    private func receiver(
        _ server: MailServer, to: [String] = ["bob@example.com"], security: MailSettings.Security = .plain,
        login: MailSettings.Login? = nil, from: String = "Stock <stockd@example.org>", texts: Texts? = nil,
        timeout: Duration = .seconds(30)
    ) throws -> MailReceiver {
        let settings = try MailSettings(
            host: "127.0.0.1", port: server.port, security: security, login: login, from: from, to: to,
            texts: texts ?? Texts(pageURL: "https://s/"),
            transfer: TransferSettings(timeout: timeout, caFile: TestCertificate.shared.get().authority))
        return try MailReceiver(settings, logger: log.logger)
    }

    // MARK: The message

    @Test("a mail is a text and a table, and says what a program needs to know of it")
    func message() throws {
        let server = try MailServer()
        let receiver = try receiver(server, to: ["Bob <bob@example.com>", "ann@example.com"])
        #expect(receiver.send(Items.one(id: "n-1/é\"")) == .taken(thread: "<stockd.n-1+2f++c3++a9++22+@example.org>"))
        let mail = try server.next()
        #expect(mail.from == "stockd@example.org" && mail.to == ["bob@example.com", "ann@example.com"])
        #expect(mail.greeting == "example.org")
        let headers = mail.headers
        #expect(headers["Message-ID"] == "<stockd.n-1+2f++c3++a9++22+@example.org>")
        #expect(headers["Date"] == "Mon, 30 Mar 2026 14:35:00 +0000")
        #expect(headers["Auto-Submitted"] == "auto-generated" && headers["MIME-Version"] == "1.0")
        #expect(headers["In-Reply-To"] == nil && headers["References"] == nil)
        let parsed = try MailServer.parsed(mail)
        #expect(parsed["defects"] == "[]" && parsed["type"] == "multipart/alternative")
        #expect(parsed["from"] == "Stock <stockd@example.org>")
        #expect(parsed["to"] == "Bob <bob@example.com>, ann@example.com")
        #expect(parsed["subject"] == "Laptop Stand (3): low" && parsed["date"] == "2026-03-30 14:35:00+00:00")
        let line = "Laptop Stand (3), East Coast Hub (1): low; stock 15, threshold 30, for 2 h 5 min"
        #expect(parsed["plain"] == "Laptop Stand (3): low\n\n\(line) https://s/?product=3\n")
        #expect(parsed["html"]?.contains("<a href=\"https://s/?product=3\">Laptop Stand (3)</a>") == true)
        #expect(parsed["html"]?.contains(">2 h 5 min</td>") == true)
    }

    @Test("a later mail is a reply to the first one")
    func reply() throws {
        let server = try MailServer()
        let receiver = try receiver(server)
        let first = try #require(receiver.send(Items.one(id: "n-1")).thread)
        var notification = Items.one(.ended, previous: .low, thread: first, id: "n-2")
        notification.items.append(Items.item(.ended, previous: .low, thread: "<other@example.org>"))
        notification.items.append(Items.item(.ended, previous: .low, thread: "<x>\r\nBcc: eve@example.com"))
        notification.items.append(Items.item(.began))
        #expect(receiver.send(notification) == .taken(thread: "<stockd.n-2@example.org>"))
        _ = try server.next()
        let headers = try server.next().headers
        #expect(headers["In-Reply-To"] == "<stockd.n-1@example.org> <other@example.org>")
        #expect(headers["References"] == headers["In-Reply-To"] && headers["Bcc"] == nil)
    }

    @Test(
        "names from data make no headers, no marks and no templates",
        arguments: [
            "x\r\nBcc: eve@example.com\r\n\r\n<script>", "=?UTF-8?Q?evil?=", "\u{202E}<b>&\"'\0", "{{product}}",
            "ß\u{85}ü",
            String(repeating: "längere Socken 🧦 ", count: 400), ".\r\n.\r\nQUIT\r\n",
        ])
    func hostile(_ name: String) throws {
        let server = try MailServer()
        #expect(try receiver(server).send(Items.one(.began, Items.alert(name: name))).word == "taken")
        let mail = try server.next()
        #expect(mail.to == ["bob@example.com"])
        let parsed = try MailServer.parsed(mail)
        #expect(parsed["defects"] == "[]")
        #expect(
            parsed["names"]
                == "Date From To Subject Message-ID Auto-Submitted MIME-Version Content-Type")
        let clean = CleanText.of(name).trimmingCharacters(in: .whitespaces)
        #expect(parsed["subject"]?.hasPrefix("\(clean) (3)") == true, "\(parsed["subject"] ?? "")")
        #expect(parsed["html"]?.contains("<script>") == false && parsed["html"]?.contains("<b>") == false)
        let texts = [parsed["subject"], parsed["plain"], parsed["html"]].compactMap { $0 }.joined()
        #expect(HostileText.found(in: texts).isEmpty)
        let lines = String(decoding: mail.content, as: UTF8.self).components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 100 && $0.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } })
    }

    @Test("ten thousand alerts are one mail, which counts those it does not show")
    func many() throws {
        let server = try MailServer()
        let receiver = try receiver(server)
        #expect(receiver.mostItems == 10_000)
        #expect(receiver.send(Items.many(10_000, names: HostileText.samples)).word == "taken")
        let parsed = try MailServer.parsed(server.next())
        #expect(parsed["subject"]?.hasPrefix("10,000 stock alerts: 2,000 oversold, 2,000 out of stock") == true)
        let last = "and 9,500 more: 1,500 oversold, 2,000 out of stock, 2,000 critical, 2,000 low, 2,000 warning"
        #expect(parsed["plain"]?.hasSuffix(last + "\n") == true)
        #expect(parsed["html"]?.contains("<p>\(last)</p>") == true)
        #expect(parsed["html"]?.components(separatedBy: "<tr>").count == 502)
    }

    @Test("with a line of the user's the mail shows these lines")
    func ownLine() throws {
        let server = try MailServer()
        _ = try receiver(server, texts: Texts(title: "Lager: {{count}}", line: "<{{product_id}}> {{level}}"))
            .send(Items.one())
        let parsed = try MailServer.parsed(server.next())
        #expect(parsed["subject"] == "Lager: 1" && parsed["plain"] == "Lager: 1\n\n<3> low\n")
        #expect(parsed["html"]?.contains("<li>&lt;3&gt; low</li>") == true)
    }

    // MARK: The server

    @Test("STARTTLS and TLS are used, with a login", arguments: ["starttls", "implicit"])
    func encrypted(_ tls: String) throws {
        let server = try MailServer(MailServer.Script(login: ["ann", "hunter22"], tls: tls))
        let security: MailSettings.Security = tls == "implicit" ? .tls : .startTLS
        let good = MailSettings.Login(user: "ann", password: "hunter22")
        #expect(try receiver(server, security: security, login: good).send(Items.one()).word == "taken")
        let mail = try server.next()
        #expect(mail.login == "ann" && (mail.encrypted || tls == "implicit"))
        let bad = MailSettings.Login(user: "ann", password: "hunter23")
        let outcome = try receiver(server, security: security, login: bad).send(Items.one())
        #expect(outcome.word == "misconfigured" && outcome.failure?.kind == .configuration)
        #expect(outcome.message.contains("535") && outcome.message.contains("Check the user and the password"))
        #expect(!outcome.message.contains("hunter"))
        let nobody = try receiver(server, security: security).send(Items.one())
        #expect(nobody.word == "misconfigured" && nobody.message.contains("530"))
        #expect(server.unread == 0)
    }

    @Test("without STARTTLS no mail is sent")
    func noTLS() throws {
        let server = try MailServer()
        let outcome = try receiver(server, security: .startTLS).send(Items.one())
        #expect(outcome.word == "misconfigured" && outcome.message.contains("offers no STARTTLS"))
        #expect(server.unread == 0)
    }

    @Test("a certificate of nobody known is refused")
    func certificate() throws {
        let server = try MailServer(MailServer.Script(tls: "starttls"))
        let settings = MailSettings(
            host: "127.0.0.1", port: server.port, from: "a@example.org", to: ["bob@example.com"])
        let outcome = try MailReceiver(settings, logger: log.logger).send(Items.one())
        #expect(outcome.word == "again" && outcome.message.contains("is not trusted"))
    }

    @Test("a 4xx reply is tried again, a 5xx one is final")
    func replies() throws {
        let data = ["451 4.3.0 come back", "554 5.7.1 spam", "250 OK"]
        let server = try MailServer(MailServer.Script(data: data))
        let receiver = try receiver(server)
        let outcomes = (0..<3).map { _ in receiver.send(Items.one()) }
        #expect(outcomes.map(\.word) == ["again", "refused", "taken"])
        #expect(outcomes[0].message == "127.0.0.1:\(server.port) answered 451 4.3.0 come back")
        #expect(outcomes[0].failure?.kind == .server && outcomes[1].failure?.kind == .refused)
        for (reply, word) in [("452 4.3.1 full", "again"), ("550 5.7.1 no", "refused")] {
            let server = try MailServer(MailServer.Script(mail: reply))
            let outcome = try self.receiver(server).send(Items.one())
            #expect(outcome.word == word && outcome.message.contains("answered \(reply)"), "\(outcome.message)")
        }
    }

    @Test("a refused recipient does not lose the mail for the others, and is logged")
    func oneRefused() throws {
        let refusals = ["eve@example.com": ["550 5.1.1 no such user"]]
        let server = try MailServer(MailServer.Script(recipients: refusals))
        let receiver = try receiver(server, to: ["eve@example.com", "bob@example.com", "ann@example.com"])
        #expect(receiver.send(Items.one()).word == "taken")
        #expect(try server.next().to == ["bob@example.com", "ann@example.com"])
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.contains("recipient=eve@example.com reply=550 5.1.1 no such user") == true)
    }

    @Test("a connection that breaks after a refused recipient does not lose the mail for the others")
    func broken() throws {
        let refusals = ["eve@example.com": ["550 5.1.1 no such user"]]
        let server = try MailServer(MailServer.Script(recipients: refusals, drops: true))
        let receiver = try receiver(server, to: ["bob@example.com", "eve@example.com"])
        let outcome = receiver.send(Items.one())
        #expect(outcome.word == "again" && outcome.failure?.kind == .interrupted, "\(outcome.message)")
        #expect(receiver.send(Items.one()).word == "taken")
        #expect(try [server.next().to, server.next().to] == [["bob@example.com"], ["bob@example.com"]])
    }

    @Test("a recipient that is refused for now is sent the mail alone later")
    func greylisted() throws {
        let script = MailServer.Script(recipients: [
            "eve@example.com": ["450 4.2.1 later", "450 4.2.1 later", "250 OK"]
        ])
        let server = try MailServer(script)
        let receiver = try receiver(server, to: ["eve@example.com", "bob@example.com"])
        let first = receiver.send(Items.one())
        #expect(first.word == "again" && first.message.contains("eve@example.com: 450 4.2.1 later"))
        #expect(receiver.send(Items.one()).word == "again")
        #expect(receiver.send(Items.one()).word == "taken")
        #expect(try [server.next().to, server.next().to] == [["bob@example.com"], ["eve@example.com"]])
        #expect(receiver.send(Items.one(id: "n-2")).word == "taken")
        #expect(try server.next().to.count == 2)
    }

    @Test(
        "when all recipients are refused, so is the mail",
        arguments: [
            ("550 5.1.1 no", "550 5.1.1 no", "refused"), ("450 4.2.1 later", "550 5.1.1 no", "again"),
        ])
    func allRefused(_ bob: String, _ ann: String, _ word: String) throws {
        let server = try MailServer(
            MailServer.Script(recipients: ["bob@example.com": [bob], "ann@example.com": [ann]]))
        let outcome = try receiver(server, to: ["bob@example.com", "ann@example.com"]).send(Items.one())
        #expect(outcome.word == word)
        #expect(outcome.message.contains("(bob@example.com: \(bob); ann@example.com: \(ann))"))
    }

    @Test("a mail server that is silent is given up, one that is not there too")
    func silence() throws {
        let server = try MailServer(MailServer.Script(hang: true))
        let outcome = try receiver(server, timeout: .milliseconds(700)).send(Items.one())
        #expect(outcome.failure?.kind == .timeout)
        let port = try StandIn().port
        let settings = MailSettings(
            host: "127.0.0.1", port: port, security: .plain, from: "a@example.org", to: ["bob@example.com"])
        let nobody = try MailReceiver(settings, logger: log.logger).send(Items.one())
        #expect(nobody.failure?.kind == .connection)
        #expect(nobody.message.contains("nothing accepts a connection at 127.0.0.1:\(port)"))
    }

    @Test("a send is cancelled from another thread")
    func cancel() throws {
        let server = try MailServer(MailServer.Script(hang: true))
        let receiver = try receiver(server)
        let sent = Later { receiver.send(Items.one()) }
        _ = try server.next()
        receiver.cancel()
        #expect(sent.value.message.contains("was cancelled"))
    }

    @Test("settings that cannot be right are refused")
    func settings() {
        func problem(_ change: (inout MailSettings) -> Void) -> String? {
            var settings = MailSettings(host: "mail.example.com", from: "a@example.org", to: ["b@example.com"])
            change(&settings)
            do {
                _ = try MailReceiver(settings, logger: log.logger)
                return nil
            } catch {
                return error.setting
            }
        }
        #expect(problem { _ in } == nil)
        #expect(problem { $0.host = "mail.example.com/x" } == "host")
        #expect(problem { $0.host = "" } == "host")
        #expect(problem { $0.port = 70_000 } == "host")
        for address in ["", "bob", "bob@", "@x", "b@x\r\nBcc: e@x", "Bob <b@x> <c@x", "b c@x", "b@x,c@x", "<b@x"] {
            #expect(problem { $0.from = address } == "from", "\(address)")
            #expect(problem { $0.to = ["b@example.com", address] } == "to", "\(address)")
        }
        #expect(problem { $0.to = [] } == "to")
        #expect(problem { $0.domain = "x y" } == "domain")
        #expect(
            problem {
                $0.security = .plain; $0.login = .init(user: "a", password: "b")
            } == "password")
        #expect(problem { $0.login = .init(user: "a", password: "") } == "password")
        #expect(problem { $0.mostLines = 0 } == "most_lines")
    }
}
