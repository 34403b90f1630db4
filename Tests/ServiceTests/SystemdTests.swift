import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Service

@Suite("systemd's notifications")
struct SystemdNotifierTests {
    @Test("notifications reach a socket at a path and in the abstract namespace", arguments: [false, true])
    func reach(isAbstract: Bool) throws {
        let socket = try NotificationSocket(isAbstract: isAbstract)
        let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": socket.name])
        #expect(notifier.isConnected)
        #expect(notifier.send(.ready, .status("up\nREADY=0 \u{1B}[2J")))
        notifier.send(.stopping)
        #expect(socket.messages() == ["READY=1\nSTATUS=up READY=0 \\u{1b}[2J", "STOPPING=1"])
    }

    @Test("a reload notification carries the time at which the reload began")
    func reload() throws {
        let socket = try NotificationSocket(isAbstract: true)
        let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": socket.name])
        let before = SystemdNotifier.monotonicMicroseconds()
        notifier.send(.reloading)
        let text = try #require(socket.messages().first)
        let lines = text.split(separator: "\n")
        #expect(lines.first == "RELOADING=1")
        let time = try #require(lines.last?.split(separator: "=").last.flatMap { Int64($0) })
        #expect((before...SystemdNotifier.monotonicMicroseconds()).contains(time))
    }

    @Test("a reload before the service is ready sends no notification")
    func earlyReload() throws {
        let socket = try NotificationSocket(isAbstract: true)
        let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": socket.name])
        #expect(notifier.reload { 1 } == 1)
        #expect(socket.messages() == [])
        notifier.send(.ready)
        #expect(notifier.reload { 2 } == 2)
        let words = socket.messages().map { $0.prefix { $0 != "\n" } }
        #expect(words == ["READY=1", "RELOADING=1", "READY=1"])
    }

    @Test("a status is sent only when it is new")
    func status() throws {
        let socket = try NotificationSocket(isAbstract: true)
        let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": socket.name])
        for text in ["recovering", "recovering", "running"] { notifier.status(text) }
        #expect(socket.messages() == ["STATUS=recovering", "STATUS=running"])
    }

    @Test(
        "no notification is sent without a usable socket",
        arguments: [nil, "", "relative", "@", "/none/there", "/" + String(repeating: "x", count: 200)])
    func nowhere(name: String?) {
        let notifier = SystemdNotifier(environment: name.map { ["NOTIFY_SOCKET": $0] } ?? [:])
        #expect(!notifier.send(.ready))
    }
}

@Suite("The watchdog")
struct WatchdogFeederTests {
    /// A clock that moves only when the test advances it.
    final class Clock: Sendable {
        private let time = Mutex<Int64>(0)
        var now: Int64 { time.withLock { $0 } }
        func advance(_ microseconds: Int64) { time.withLock { $0 += microseconds } }
    }

    let socket: NotificationSocket
    let clock = Clock()

    init() throws { socket = try NotificationSocket(isAbstract: true) }

    private func feeder(_ more: [String: String] = [:]) -> WatchdogFeeder {
        let environment = ["NOTIFY_SOCKET": socket.name, "WATCHDOG_USEC": "3000000"].merging(more) { $1 }
        let clock = clock
        return WatchdogFeeder(notifier: SystemdNotifier(environment: environment), environment: environment) {
            clock.now
        }
    }

    @Test("progress feeds the watchdog at most once in a third of its interval")
    func rate() {
        let feeder = feeder(["WATCHDOG_PID": "\(getpid())"])
        feeder.add(worker: 0)
        for _ in 0..<100 { feeder.progress(worker: 0) }
        #expect(socket.messages() == [])
        clock.advance(1_000_000)
        for _ in 0..<100 { feeder.progress(worker: 0) }
        #expect(socket.messages() == ["WATCHDOG=1"])
    }

    @Test("the watchdog is not fed when one of several workers hangs, but is when one has ended")
    func hang() {
        let feeder = feeder()
        feeder.add(worker: 0)
        feeder.add(worker: 1)
        for _ in 0..<10 {
            clock.advance(1_000_000)
            feeder.progress(worker: 0)
        }
        #expect(socket.messages() == [])
        feeder.progress(worker: 1)
        #expect(socket.messages() == ["WATCHDOG=1"])
        feeder.remove(worker: 1)
        clock.advance(1_000_000)
        feeder.progress(worker: 0)
        #expect(socket.messages() == ["WATCHDOG=1"])
    }

    @Test("the watchdog is off when systemd does not ask for it or asks another process")
    func disabled() {
        #expect(!feeder(["WATCHDOG_PID": "1"]).isEnabled)
        #expect(!feeder(["WATCHDOG_USEC": ""]).isEnabled)
        #expect(!feeder(["NOTIFY_SOCKET": ""]).isEnabled)
        #expect(feeder().isEnabled)
    }
}
