import Logging
import Synchronization
import TestSupport
import Testing

@testable import Service

@Suite("An outage of Kafka")
struct OutagesTests {
    private let lines = LineLog()
    private let changes = Changes()

    private final class Changes: Sendable {
        private let connected = Mutex<[Bool]>([])
        var all: [Bool] { connected.withLock { $0 } }
        func add(_ isConnected: Bool) { connected.withLock { $0.append(isConnected) } }
    }

    private func outages() -> Outages { Outages(lines.logger) { [changes] in changes.add($0) } }

    @Test("every outage of Kafka is logged once when it begins and once when it ends")
    func tenTimes() {
        let outages = outages()
        outages.note(.up, worker: 0)
        for number in 1...10 {
            outages.note(.down("reason \(number)"), worker: 0)
            #expect(outages.reason == "reason \(number)")
            outages.note(.down("another"), worker: 0)
            outages.note(.up, worker: 0)
            outages.note(.up, worker: 0)
            #expect(outages.reason == nil)
        }
        #expect(changes.all == (0..<20).map { $0 % 2 == 1 })
        #expect(lines.lines.count { $0.contains("connection to Kafka lost, trying again: reason") } == 10)
        #expect(lines.lines.count { $0.contains("connected to Kafka again outage_ms=") } == 10)
        #expect(lines.lines.count == 20)
    }

    @Test("an outage of Kafka is one for all workers and ends when each of them is connected again")
    func workers() {
        let outages = outages()
        for worker in 0..<3 { outages.note(.down("gone"), worker: worker) }
        outages.note(.up, worker: 1)
        outages.note(.up, worker: 0)
        #expect(changes.all == [false])
        outages.note(.up, worker: 2)
        #expect(changes.all == [false, true])
        #expect(lines.lines.count == 2)
    }
}
