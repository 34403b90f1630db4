import Foundation
import ReceiverSupport
import TestSupport
import Testing

@testable import Notify

/// What every receiver over HTTP does, seen through a webhook.
@Suite("Over HTTP", .blocking, .timeLimit(.minutes(2)))
struct HTTPTests {
    private static func receiver(_ url: String, _ transfer: TransferSettings = TransferSettings()) throws
        -> WebhookReceiver
    {
        try WebhookReceiver(WebhookSettings(url: url, transfer: transfer))
    }

    @Test(
        "the status says what becomes of a notification",
        arguments: [
            (200, "taken", nil), (202, "taken", nil), (204, "taken", nil),
            (301, "misconfigured", Notify.Failure.Class.configuration), (401, "misconfigured", .configuration),
            (403, "misconfigured", .configuration), (404, "misconfigured", .configuration),
            (405, "misconfigured", .configuration), (410, "misconfigured", .configuration),
            (400, "refused", .refused), (413, "refused", .refused), (418, "refused", .refused),
            (422, "refused", .refused), (408, "again", .timeout), (425, "again", .timeout),
            (429, "again", .rateLimited), (500, "again", .server), (502, "again", .server), (503, "again", .server),
            (599, "again", .server),
        ] as [(Int, String, Notify.Failure.Class?)])
    func statuses(_ status: Int, _ word: String, _ kind: Notify.Failure.Class?) throws {
        let server = try StandIn([.status(status, "because of this")])
        let outcome = try Self.receiver(server.url + "/hook").send(Items.one())
        #expect(outcome.word == word)
        #expect(outcome.failure?.kind == kind)
        if kind != nil, status != 301 {
            #expect(outcome.message.contains("127.0.0.1:\(server.port) answered \(status): because of this"))
        }
        if status == 410 { #expect(outcome.message.contains("gone for good")) }
        #expect(!outcome.message.contains("/hook"))
    }

    @Test("a receiver that asks to wait is asked again after that time")
    func waiting() throws {
        let date = Date(timeIntervalSinceNow: 3_600)
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        let values = ["7", "0", "99999999999999999999", formatter.string(from: date), "Sun, 06 Nov 1994 08:49:37 GMT"]
        let server = try StandIn(
            (values + ["-1", "99x", "99", "soon", "1.5", ""]).map { .status(429, "", ["Retry-After": $0]) })
        let receiver = try Self.receiver(server.url)
        let found: [Duration?] = (0..<11).map { _ in receiver.send(Items.one()).after }
        let seconds: [Duration?] = [.seconds(7), .seconds(0), .seconds(86_400)]
        #expect(Array(found[0...2]) == seconds)
        #expect(found[3].map { $0 > .seconds(3_000) && $0 <= .seconds(3_600) } == true)
        let others: [Duration?] = [.seconds(0), nil, nil, .seconds(99), nil, nil, nil]
        #expect(Array(found[4...]) == others)
    }

    @Test("a redirect is not followed, and its path is not shown")
    func redirect() throws {
        let target = try StandIn()
        let server = try StandIn([.status(302, "", ["Location": target.url + "/secret-path?token=hunter2"])])
        let outcome = try Self.receiver(server.url).send(Items.one())
        #expect(outcome.word == "misconfigured")
        #expect(outcome.message.contains("a redirect to http://127.0.0.1:\(target.port)."))
        #expect(!outcome.message.contains("secret-path") && !outcome.message.contains("hunter2"))
    }

    @Test("an answer of any length is taken by its status, and no more than its beginning is kept")
    func longAnswer() throws {
        for padding in [100_000, 30_000_000] {
            let server = try StandIn([
                StandIn.Answer(status: 200, padding: padding), StandIn.Answer(status: 400, padding: padding),
            ])
            let receiver = try Self.receiver(server.url)
            #expect(receiver.send(Items.one()) == .taken(thread: nil))
            let outcome = receiver.send(Items.one())
            #expect(outcome.word == "refused")
            #expect(outcome.message.count < 300)
        }
    }

    @Test("what a server repeats of a secret is not shown")
    func echo() throws {
        let key = "whsec_" + Data(repeating: 7, count: 32).base64EncodedString()
        let server = try StandIn([.status(400, "you sent \(key) and hunter22 to me\u{1B}[31m\r\nX: y")])
        let settings = WebhookSettings(url: server.url, secrets: [key], headers: ["X-Key": "hunter22"])
        let message = try WebhookReceiver(settings).send(Items.one()).message
        #expect(message.hasSuffix("you sent *** and *** to me[31m  X: y"))
    }

    @Test("connections are kept")
    func reuse() throws {
        let server = try StandIn()
        let receiver = try Self.receiver(server.url)
        let clients = try (0..<5).map { _ in
            #expect(receiver.send(Items.one()).word == "taken")
            return try server.next().client
        }
        #expect(Set(clients).count == 1)
    }

    @Test("a server that does not answer is given up")
    func silence() throws {
        let server = try StandIn([.hang])
        let outcome = try Self.receiver(server.url, TransferSettings(timeout: .milliseconds(200))).send(Items.one())
        #expect(outcome.failure?.kind == .timeout)
        #expect(outcome.message == "127.0.0.1:\(server.port) did not answer within 0.2 s")
    }

    @Test("a server that closes the connection is asked again")
    func closing() throws {
        let server = try StandIn([.close, .status(200)])
        let receiver = try Self.receiver(server.url)
        let outcome = receiver.send(Items.one())
        #expect(outcome.word == "again" && outcome.failure?.kind == .interrupted)
        #expect(outcome.message.contains("127.0.0.1:\(server.port) closed the connection before its answer"))
        #expect(receiver.send(Items.one()).word == "taken")
    }

    @Test("a port where nobody listens and a name that nobody has are said")
    func nobody() throws {
        let port = try StandIn().port
        let refused = try Self.receiver("http://127.0.0.1:\(port)/secret").send(Items.one())
        #expect(refused.word == "again" && refused.failure?.kind == .connection)
        #expect(refused.message.contains("nothing accepts a connection at 127.0.0.1:\(port)"))
        let unknown = try Self.receiver("http://stockd-test.invalid/secret").send(Items.one())
        #expect(unknown.message.contains("there is no address for the host stockd-test.invalid"))
        #expect(!(refused.message + unknown.message).contains("secret"))
    }

    @Test("a send is cancelled from another thread, and the next one is not")
    func cancel() throws {
        let server = try StandIn([.hang, .status(200)])
        let receiver = try Self.receiver(server.url, TransferSettings(timeout: .seconds(100)))
        let sent = Later { receiver.send(Items.one()) }
        _ = try server.next()
        receiver.cancel()
        #expect(sent.value.message.contains("was cancelled"))
        #expect(sent.value.word == "again")
        #expect(receiver.send(Items.one()).word == "taken")
        // A cancel just before a send is not lost.
        receiver.cancel()
        #expect(receiver.send(Items.one()).message.contains("was cancelled"))
    }

    @Test("TLS needs a certificate of a trusted authority, for the right host")
    func certificates() throws {
        let certificate = try TestCertificate.shared.get()
        let server = try StandIn(certificate: certificate)
        let trusting = TransferSettings(caFile: certificate.authority)
        #expect(try Self.receiver(server.url, trusting).send(Items.one()).word == "taken")
        let stranger = try Self.receiver(server.url).send(Items.one())
        #expect(stranger.word == "again" && stranger.failure?.kind == .connection)
        #expect(stranger.message.contains("the certificate of 127.0.0.1:\(server.port) is not trusted"))
        let other = try TestCertificate.ofAnotherHost.get()
        let otherServer = try StandIn(certificate: other)
        let wrong = try Self.receiver(otherServer.url, TransferSettings(caFile: other.authority)).send(Items.one())
        #expect(wrong.message.contains("it must be valid for 127.0.0.1"))
        let missing = try Self.receiver(server.url, TransferSettings(caFile: "/nonexistent.pem")).send(Items.one())
        #expect(missing.word == "misconfigured")
        #expect(missing.message.contains("the file of certificates /nonexistent.pem cannot be read"))
        let plain = try Self.receiver(server.url.replacing("https", with: "http"), trusting).send(Items.one())
        #expect(plain.word == "again")
        let plainServer = try StandIn()
        let noTLS = try Self.receiver(plainServer.url.replacing("http", with: "https")).send(Items.one())
        #expect(noTLS.word == "again")
    }

    @Test("TLS older than 1.2 is not spoken")
    func oldTLS() throws {
        let certificate = try TestCertificate.shared.get()
        let server = try StandIn(certificate: certificate, isOld: true)
        let outcome = try Self.receiver(server.url, TransferSettings(caFile: certificate.authority)).send(Items.one())
        #expect(outcome.word == "again")
        #expect(outcome.message.contains("agree on no TLS"), "\(outcome.message)")
    }

    @Test("a path that a server repeats is not shown")
    func path() throws {
        let server = try StandIn([.status(404, "Cannot POST /hooks/hunter22 with token33 or token=token33&x=1")])
        let outcome = try Self.receiver(server.url + "/hooks/hunter22?token=token33&x=1").send(Items.one())
        #expect(outcome.word == "misconfigured")
        #expect(outcome.message.contains("404: Cannot POST *** with *** or ***"), "\(outcome.message)")
    }

    @Test("a proxy of the environment is used")
    func proxy() throws {
        let proxy = try StandIn()
        // The other tests' servers are left out of it.
        setenv("no_proxy", "127.0.0.1,stockd-test.invalid", 1)
        setenv("http_proxy", proxy.url, 1)
        defer { unsetenv("http_proxy") }
        #expect(try Self.receiver("http://behind-the-proxy.invalid/x").send(Items.one()).word == "taken")
        #expect(try proxy.next().path == "http://behind-the-proxy.invalid/x")
    }

    @Test(
        "an address that cannot be used is refused without being shown",
        arguments: [
            "", "hooks.example.com", "ftp://example.com/token", "https:///token", "https://user:token@example.com/",
            "https://example.com/to ken", "https://example.com/token\r\nX: y", "https://example.com:0/token",
            "https://example.com:99999/token", "file:///etc/token", "https://exämple.com/token",
        ])
    func addresses(_ url: String) throws {
        let error = #expect(throws: ReceiverSettingsError.self) { try Self.receiver(url) }
        #expect(error?.setting == "url" && error?.message.hasPrefix("must ") == true)
        #expect(error?.message.contains("token") == false)
    }
}

/// A value that another thread makes.
final class Later<T: Sendable>: @unchecked Sendable {
    private var made: T?
    private let ready = DispatchSemaphore(value: 0)

    init(_ make: @escaping @Sendable () -> T) {
        Thread.detachNewThread {
            self.made = make()
            self.ready.signal()
        }
    }

    /// Waits for it.
    var value: T {
        ready.wait()
        ready.signal()
        guard let made else { preconditionFailure("it was made") }
        return made
    }
}
