import Foundation
import TestSupport
import Testing

@Suite("The daemon under systemd", .blocking)
struct SystemdTests {
    /// What was said over NOTIFY_SOCKET, each assignment by itself, in order.
    private final class Listener {
        let socket: NotificationSocket
        private(set) var said: [String] = []

        init() throws { socket = try NotificationSocket(isAbstract: true) }

        func listen() { said += socket.messages().flatMap { $0.split(separator: "\n").map(String.init) } }

        /// Listens until it hears this, or something that begins so.
        func await(_ start: String, _ daemon: Program, within seconds: Double = 90) throws {
            try eventually("\(start) is said", within: seconds) { () -> Void? in
                listen()
                guard daemon.isRunning else { throw Failure("it ended: \(daemon.text)") }
                return said.contains { $0.hasPrefix(start) } ? () : nil
            }
        }
    }

    @Test("says how far its recovery is and asks for time, then that it is ready, alive, and stopping")
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
        // Everything is committed, and no checkpoint was written: all of it is to be read again.
        try counting.await("STATUS=running; \(count) events applied", first)
        first.send(SIGKILL)
        _ = try first.exitCode()

        let listener = try Listener()
        let daemon = try site.run(["NOTIFY_SOCKET": listener.socket.name, "WATCHDOG_USEC": "600000"])
        try listener.await("READY=1", daemon)
        let said = listener.said.filter { !$0.hasPrefix("WATCHDOG") }
        let start = Array(said.prefix { $0 != "READY=1" })
        let progress = start.filter { $0.hasPrefix("STATUS=recovering input: ") }
        #expect(progress.count >= 2, "\(said)")
        let done = progress.compactMap { Int($0.split(separator: " ")[2]) }
        #expect(done == done.sorted() && Set(done).count == done.count, "\(progress)")
        // What the first transaction held is in the checkpoint that pins where the history begins.
        let totals = Set(progress.compactMap { Int($0.split(separator: " ")[4]) })
        #expect(totals.count == 1 && (count / 2...count).contains(totals.first ?? 0), "\(progress)")
        #expect(start.contains("EXTEND_TIMEOUT_USEC=30000000"), "\(said)")

        try listener.await("STATUS=running", daemon)
        let fed = listener.said.count { $0 == "WATCHDOG=1" }
        try eventually("the watchdog is fed while nothing is to do") { () -> Void? in
            listener.listen()
            return listener.said.count { $0 == "WATCHDOG=1" } >= fed + 3 ? () : nil
        }
        let running = listener.said.drop { $0 != "READY=1" }
        #expect(!running.contains { $0.hasPrefix("EXTEND_TIMEOUT_USEC") }, "\(running)")
        #expect(listener.said.count { $0 == "READY=1" } == 1)
        daemon.send(SIGTERM)
        #expect(try daemon.exitCode() == 0, "\(daemon.text)")
        listener.listen()
        let stopping = listener.said.firstIndex(of: "STOPPING=1")
        #expect(stopping != nil, "\(listener.said.suffix(5))")
    }
}
