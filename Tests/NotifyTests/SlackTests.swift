import Foundation
import Inventory
import ReceiverSupport
import TestSupport
import Testing

@testable import Notify

@Suite("Slack", .blocking, .timeLimit(.minutes(2)))
struct SlackTests {
    private static func bot(
        _ server: StandIn, _ lines: Int = 20, spacing: Duration = .zero
    ) throws -> SlackReceiver {
        var settings = try SlackSettings(
            target: .bot(token: "xoxb-hunter2", channel: "stock"), apiURL: server.url + "/api", mostLines: lines,
            texts: Texts(pageURL: "https://s/"))
        settings.spacing = spacing
        return try SlackReceiver(settings)
    }

    @Test("messages go out at Slack's pace")
    func pace() throws {
        let server = try StandIn((0..<6).map { Self.took("1.\($0)") })
        let receiver = try Self.bot(server, spacing: .milliseconds(150))
        let start = ContinuousClock.now
        #expect(receiver.send(Items.one()).word == "taken")
        var notification = Items.one(.ended, Items.alert(level: nil), previous: .low, thread: "C1/1.1")
        notification.items.append(Items.item(.escalated, Items.alert("4", level: .critical), thread: "C1/2.1"))
        #expect(receiver.send(notification).word == "taken")
        #expect(ContinuousClock.now - start >= .milliseconds(300), "three messages: the first, and two replies")
        for path in ["postMessage", "update", "postMessage", "update", "postMessage"] {
            #expect(try server.next().path == "/api/chat.\(path)")
        }
    }

    private static func took(_ ts: String) -> StandIn.Answer {
        .status(200, #"{"ok":true,"channel":"C1","ts":"\#(ts)"}"#)
    }

    private static func sections(_ request: StandIn.Request) throws -> [String] {
        let blocks = try #require(try request.json()["blocks"] as? [[String: Any]])
        #expect(blocks.count <= 50)
        return try blocks.map { block in
            let text = try #require(block["text"] as? [String: Any])
            #expect(block["type"] as? String == "section" && text["type"] as? String == "mrkdwn")
            #expect(text["verbatim"] as? Bool == true)
            let words = try #require(text["text"] as? String)
            #expect(!words.isEmpty && words.utf16.count <= 3_000)
            return words
        }
    }

    @Test("a webhook gets a message, and its address is shown nowhere")
    func webhook() throws {
        let server = try StandIn([
            .status(200, "ok"), .status(404, "no_service"), .status(403, "invalid_token /services/T1/B1/hunter2"),
        ])
        let receiver = try SlackReceiver(
            SlackSettings(target: .webhook(url: server.url + "/services/T1/B1/hunter2")))
        #expect(receiver.send(Items.one()) == .taken(thread: nil))
        let request = try server.next()
        #expect(request.path == "/services/T1/B1/hunter2" && request.headers["authorization"] == nil)
        #expect(try request.json()["text"] as? String == "Laptop Stand (3): low")
        #expect(try Self.sections(request).first == "*Laptop Stand (3): low*")
        for _ in 0..<2 {
            let outcome = receiver.send(Items.one())
            #expect(outcome.word == "misconfigured" && !outcome.message.contains("hunter2"), "\(outcome.message)")
        }
    }

    @Test("a bot's first message begins the thread")
    func first() throws {
        let server = try StandIn([Self.took("1503435956.000247")])
        #expect(try Self.bot(server).send(Items.one()) == .taken(thread: "C1/1503435956.000247"))
        let request = try server.next()
        #expect(request.path == "/api/chat.postMessage")
        #expect(request.headers["authorization"] == "Bearer xoxb-hunter2")
        #expect(request.headers["content-type"] == "application/json; charset=utf-8")
        let json = try request.json()
        #expect(json["channel"] as? String == "stock" && json["thread_ts"] == nil)
        let line = "Laptop Stand (3), East Coast Hub (1): low; stock 15, threshold 30, for 2 h 5 min"
        #expect(try Self.sections(request) == ["*Laptop Stand (3): low*", line + " <https://s/?product=3|show>"])
    }

    @Test("a later change updates the first message and is a reply to it")
    func thread() throws {
        let server = try StandIn([Self.took("1.1"), Self.took("1.2")])
        var notification = Items.one(.ended, Items.alert(level: nil), previous: .low, thread: "C1/1.1")
        notification.others = [
            Items.item(.reminder, Items.alert("4", name: "Mug", level: .critical), thread: "C1/1.1"),
            Items.item(.reminder, Items.alert("5", name: "Pen", level: .low), thread: "C1/9.9"),
        ]
        #expect(try Self.bot(server).send(notification) == .taken(thread: nil))
        let update = try server.next()
        #expect(update.path == "/api/chat.update")
        #expect(try update.json()["channel"] as? String == "C1")
        #expect(try update.json()["ts"] as? String == "1.1")
        let state = try Self.sections(update)
        #expect(state[0] == "*2 stock alerts: 1 critical, 1 over*")
        #expect(state[1].split(separator: "\n").map { $0.prefix(3) } == ["Mug", "Lap"])
        let reply = try server.next()
        #expect(reply.path == "/api/chat.postMessage")
        #expect(try reply.json()["thread_ts"] as? String == "1.1")
        #expect(try reply.json()["channel"] as? String == "C1")
        #expect(try Self.sections(reply)[0] == "*Laptop Stand (3): over, was low*")
    }

    @Test("items of several threads and new ones are told once each, also when a try fails in between")
    func several() throws {
        let limited = StandIn.Answer.status(429, #"{"ok":false,"error":"ratelimited"}"#, ["Retry-After": "3"])
        let server = try StandIn([
            Self.took("1.1"), Self.took("1.2"), limited, Self.took("2.1"), Self.took("2.2"), Self.took("3.1"),
        ])
        let items = [("3", "C1/1.1"), ("4", "C1/2.1"), ("5", "C1/1.1"), ("6", nil)].map { id, thread in
            Items.item(.escalated, Items.alert(id), previous: .warning, thread: thread)
        }
        let notification = Notification(id: "n", items: items, time: Items.time)
        let receiver = try Self.bot(server)
        let first = receiver.send(notification)
        #expect(first.failure?.kind == .interrupted && first.after == .seconds(3))
        #expect(receiver.send(notification) == .taken(thread: "C1/3.1"))
        let asked = try (0..<6).map { _ in
            let request = try server.next()
            let json = try request.json()
            return "\(request.path.split(separator: ".")[1]) \(json["ts"] ?? json["thread_ts"] ?? "new")"
        }
        #expect(
            asked == [
                "update 1.1", "postMessage 1.1", "update 2.1", "update 2.1", "postMessage 2.1", "postMessage new",
            ])
    }

    @Test("an alert whose first message is gone is told anew", arguments: ["message_not_found", "is_archived"])
    func deleted(_ word: String) throws {
        let server = try StandIn([.status(200, #"{"ok":false,"error":"\#(word)"}"#), Self.took("7.7")])
        let notification = Items.one(.escalated, previous: .warning, thread: "C1/1.1")
        #expect(try Self.bot(server).send(notification) == .taken(thread: "C1/7.7"))
        _ = try server.next()
        #expect(try server.next().json()["thread_ts"] == nil)
    }

    @Test(
        "Slack's word says what becomes of a message, though the status is 200",
        arguments: [
            ("ratelimited", "again", Notify.Failure.Class.rateLimited), ("internal_error", "again", .server),
            ("fatal_error", "again", .server), ("request_timeout", "again", .server),
            ("invalid_auth", "misconfigured", .configuration), ("token_revoked", "misconfigured", .configuration),
            ("account_inactive", "misconfigured", .configuration), ("missing_scope", "misconfigured", .configuration),
            ("channel_not_found", "misconfigured", .configuration), ("is_archived", "misconfigured", .configuration),
            ("not_in_channel", "misconfigured", .configuration), ("msg_too_long", "refused", .refused),
            ("invalid_blocks", "refused", .refused), ("something_new", "refused", .refused),
        ])
    func words(_ word: String, _ outcome: String, _ kind: Notify.Failure.Class) throws {
        let server = try StandIn([.status(200, #"{"ok":false,"error":"\#(word)"}"#, ["Retry-After": "9"])])
        let found = try Self.bot(server).send(Items.one())
        #expect(found.word == outcome && found.failure?.kind == kind)
        #expect(found.message.hasPrefix("127.0.0.1:\(server.port) refused the message: \(word)"))
        #expect(found.after == (outcome == "again" ? .seconds(9) : nil))
    }

    @Test("an answer that is not Slack's is tried again")
    func strange() throws {
        let server = try StandIn([
            .status(200, "<html>sign in"), .status(200, #"{"ok":false,"error":"<!here>\u0000"}"#),
        ])
        let receiver = try Self.bot(server)
        let outcome = receiver.send(Items.one())
        #expect(outcome.failure?.kind == .server && outcome.message.contains("no answer of Slack's API"))
        #expect(receiver.send(Items.one()).message.hasSuffix("refused the message: here"))
    }

    @Test("ten thousand alerts make one message, which counts those it does not show", arguments: [20, 10_000])
    func many(_ lines: Int) throws {
        let server = try StandIn([Self.took("1.1")])
        let names = HostileText.samples + ["<!channel>", "@here", "&&&&", String(repeating: "<&>", count: 1_000)]
        #expect(try Self.bot(server, lines).send(Items.many(10_000, names: names)).word == "taken")
        let request = try server.next()
        #expect(request.body.count < 40_000)
        let shown = try Self.sections(request).joined(separator: "\n").split(separator: "\n").dropFirst()
        let last = try #require(shown.last)
        let rest = 10_000 - (shown.count - 1)
        #expect(last.hasPrefix("and \(Words.grouped(rest)) more: \(Words.grouped(2_000 - shown.count + 1)) oversold"))
        #expect(last.hasSuffix("2,000 out of stock, 2,000 critical, 2,000 low, 2,000 warning"))
        if lines == 20 { #expect(shown.count == 21) }
        let all = try Self.sections(request).joined() + (request.json()["text"] as? String ?? "")
        #expect(HostileText.found(in: all).isEmpty)
        // What begins with a bracket is a link of our own.
        #expect(
            all.replacing("<https://s/?product=P-", with: "").replacing(/\d+\|show>/, with: "").contains("<") == false)
    }

    @Test("only what Slack reads as marks is escaped")
    func escapes() throws {
        let server = try StandIn([Self.took("1.1")])
        let name = #"<!channel> @here & "quoted" *bold* <@U1> 'x'"#
        _ = try Self.bot(server).send(Items.one(.began, Items.alert(name: name)))
        let request = try server.next()
        let escaped = #"&lt;!channel&gt; @here &amp; "quoted" *bold* &lt;@U1&gt; 'x'"#
        #expect(try request.json()["text"] as? String == "\(escaped) (3): low")
        #expect(try Self.sections(request)[1].hasPrefix("\(escaped) (3), East Coast Hub (1): low"))
        let json = try request.json()
        #expect(json["unfurl_links"] as? Bool == false && json["link_names"] == nil && json["parse"] == nil)
    }

    @Test("a wrong token, channel or address is refused without being shown")
    func settings() throws {
        for target in [
            SlackSettings.Target.bot(token: "hunter2", channel: "C1"), .bot(token: "xoxb-hunter2\n", channel: "C1"),
            .bot(token: "xoxb-hunter2", channel: ""), .webhook(url: "hooks.slack.com/hunter2"),
        ] {
            let error = #expect(throws: ReceiverSettingsError.self) {
                try SlackReceiver(SlackSettings(target: target))
            }
            #expect(error?.message.hasPrefix("must ") == true && error?.message.contains("hunter2") == false)
        }
    }
}
