import Foundation
import TestSupport
import Testing

@Suite("The daemon under systemd", .blocking)
struct SystemdTests {
    /// The assignments that arrived over NOTIFY_SOCKET, in order.
    private final class Listener {
        let socket: NotificationSocket
        private(set) var said: [String] = []

        init() throws { socket = try NotificationSocket(isAbstract: true) }

        func listen() { said += socket.messages().flatMap { $0.split(separator: "\n").map(String.init) } }

        /// Listens until an assignment begins with `start`.
        func await(_ start: String, _ daemon: Program, within seconds: Double = 90) throws {
            try eventually("\(start) is said", within: seconds) { () -> Void? in
                listen()
                guard daemon.isRunning else { throw Failure("it ended: \(daemon.text)") }
                return said.contains { $0.hasPrefix(start) } ? () : nil
            }
        }
    }

    @Test("a daemon without a broker is ready, says what it waits for, and feeds the watchdog")
    func noBroker() throws {
        let site = try Site("waiting", partitions: 1)
        defer { site.close() }
        let listener = try Listener()
        let daemon = try site.run([
            "NOTIFY_SOCKET": listener.socket.name, "WATCHDOG_USEC": "600000", "STOCKD_KAFKA_BROKERS": "127.0.0.1:1",
        ])
        try listener.await("STATUS=waiting for Kafka: no broker yet at 127.0.0.1:1", daemon)
        #expect(listener.said.first == "READY=1", "\(listener.said)")
        try eventually("the watchdog is fed") { () -> Void? in
            listener.listen()
            return listener.said.count { $0 == "WATCHDOG=1" } >= 3 ? () : nil
        }
        #expect(listener.said.count { $0.hasPrefix("STATUS=waiting for Kafka: ") } <= 2, "\(listener.said)")
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")
        #expect(daemon.text.components(separatedBy: "no broker").count == 2, "\(daemon.text)")
    }

    @Test("an error on its way to the journal has a priority, and not the program's name again")
    func journal() throws {
        let site = try Site("journal", partitions: 1)
        defer { site.close() }
        try site.write("journal", "")
        let shell = """
            JOURNAL_STREAM=$(stat -c %d:%i "$1") "$0" check --config "$2" 2>"$1"; "$0" check --config "$2"; cat "$1"
            """
        let program = try Program(
            "/bin/sh", ["-c", shell, Program.stockd(), site.path("journal"), site.path("none.yaml")])
        defer { program.remove() }
        #expect(try program.exitCode() == 0)
        let lines = program.text.split(separator: "\n").filter { $0.contains("none.yaml") }
        try #require(lines.count == 2, "\(program.text)")
        #expect(lines[0].hasPrefix("stockd: ") && lines[1] == "<3>" + lines[0].dropFirst("stockd: ".count))
    }

    @Test("systemd is told that the daemon is ready, how far recovery is, that it is alive, and that it stops")
    func notifications() throws {
        let count = 100_000
        let site = try Site(
            "systemd", partitions: 3,
            settings: """
                alerts: {topic: NAME-alerts}
                checkpoint: {interval: 1h}
                """, kafka: "  group_instance_id: one")
        defer { site.close() }
        try Sender(site, Shop.orders(count, seed: 3)).send(count)
        let counting = try Listener()
        let first = try site.run(["NOTIFY_SOCKET": counting.socket.name])
        // Everything is committed and no checkpoint was written, so recovery reads everything again.
        try counting.await("STATUS=running; \(count) events applied", first)
        first.send(SIGKILL)
        _ = try first.exitCode()

        let listener = try Listener()
        let daemon = try site.run(["NOTIFY_SOCKET": listener.socket.name, "WATCHDOG_USEC": "600000"])
        try listener.await("STATUS=running", daemon)
        let said = listener.said.filter { !$0.hasPrefix("WATCHDOG") }
        // READY=1 comes first, so units that start after stockd do not wait for Kafka or for recovery.
        #expect(said.first == "READY=1", "\(said)")
        let progress = said.filter { $0.hasPrefix("STATUS=recovering input: ") }
        #expect(progress.count >= 2, "\(said)")
        let done = progress.compactMap { Int($0.split(separator: " ")[2]) }
        #expect(done == done.sorted() && Set(done).count == done.count, "\(progress)")
        // The first transaction's events are in the checkpoint that says where the history begins.
        let totals = Set(progress.compactMap { Int($0.split(separator: " ")[4]) })
        #expect(totals.count == 1 && (count / 2...count).contains(totals.first ?? 0), "\(progress)")

        let fed = listener.said.count { $0 == "WATCHDOG=1" }
        try eventually("the watchdog is fed while nothing is to do") { () -> Void? in
            listener.listen()
            return listener.said.count { $0 == "WATCHDOG=1" } >= fed + 3 ? () : nil
        }
        #expect(listener.said.count { $0 == "READY=1" } == 1)
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")
        listener.listen()
        let stopping = listener.said.firstIndex(of: "STOPPING=1")
        #expect(stopping != nil, "\(listener.said.suffix(5))")
    }
}
