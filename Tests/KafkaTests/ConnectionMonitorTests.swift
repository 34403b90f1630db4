import Synchronization
import Testing

@testable import Kafka

@Suite struct ConnectionMonitorTests {
    private final class Reports: Sendable {
        private let states = Mutex<[ConnectionChange.State]>([])
        var all: [ConnectionChange.State] { states.withLock { $0 } }
        func add(_ state: ConnectionChange.State) { states.withLock { $0.append(state) } }
    }

    private let reports = Reports()
    private func monitor() -> ConnectionMonitor { ConnectionMonitor { [reports] in reports.add($0) } }

    @Test("an outage is reported once with the last reason, and its end once")
    func once() {
        let monitor = monitor()
        monitor.up()
        monitor.failed("a:9092: Connection refused")
        #expect(reports.all == [])
        monitor.down()
        monitor.failed("b:9092: Connection refused")
        monitor.down()
        #expect(reports.all == [.down("a:9092: Connection refused")] && monitor.isDown)
        monitor.up()
        monitor.up()
        #expect(reports.all == [.down("a:9092: Connection refused"), .up] && monitor.lastReason == nil)
        monitor.down()
        #expect(reports.all.last == .down("no broker could be reached"))
    }

    @Test("a reason is without what differs from one attempt to the next")
    func lasting() {
        let monitor = monitor()
        for (said, kept) in [
            (
                "a:9092: SASL authentication error: no (really) (after 304ms in state AUTH_REQ, 1 identical error(s) "
                    + "suppressed)", "a:9092: SASL authentication error: no (really)"
            ),
            ("a:9092: Disconnected (after 5ms in state UP)", "a:9092: Disconnected"),
            (
                "ssl://a:9092: Disconnected (after 9ms in state SSL_HANDSHAKE, 2 identical error(s) suppressed)",
                "ssl://a:9092: Disconnected (in state SSL_HANDSHAKE)"
            ),
            ("a:9092: refused (after all) for good", "a:9092: refused (after all) for good"), ("", ""),
        ] {
            monitor.failed(said)
            #expect(monitor.lastReason == kept)
        }
    }

    @Test("an overdue response is an outage once no broker gives a sign of life")
    func doubt() {
        let monitor = monitor()
        monitor.doubtConfirmed()
        monitor.doubt("late")
        #expect(monitor.isDoubtful && !monitor.isDown && reports.all == [])
        monitor.up()
        monitor.doubtConfirmed()
        #expect(!monitor.isDoubtful && reports.all == [])
        monitor.doubt("late (after 10ms in state UP)")
        monitor.doubt("later")
        monitor.doubtConfirmed()
        monitor.doubt("later")
        #expect(!monitor.isDoubtful && monitor.isDown && reports.all == [.down("late")])
        monitor.up()
        #expect(reports.all == [.down("late"), .up])
    }
}
