import TestSupport
import Testing

@testable import Inventory

@Suite struct PublishedAlertsTests {
    @Test("a published alert takes 24 bytes")
    func bytesPerAlert() {
        #expect(MemoryLayout<PublishedAlerts.Entry>.stride == 24)
    }

    @Test("a published alert is read back as it was set, whatever was there before")
    func storing() {
        var random = SeededRandom(seed: 12)
        var alerts = PublishedAlerts()
        var expected: [PublishedAlert] = []
        for _ in 0..<5_000 {
            if expected.isEmpty || random.chance(40) {
                #expect(alerts.add() == UInt32(expected.count))
                expected.append(PublishedAlert())
            }
            let index = random.below(expected.count)
            let level = random.pick(AlertLevel.allCases + [nil])
            expected[index] = PublishedAlert(
                level: level, oversoldUnits: level == .oversold ? random.pick([1, 5, 1 << 63]) : 0,
                incident: UInt32(random.below(3)), since: Timestamp(microseconds: random.int64()),
                fingerprint: UInt64(bitPattern: random.int64()))
            alerts[UInt32(index)] = expected[index]
            #expect(alerts.incidentCount == expected.count { $0.incident > 0 })
        }
        for (index, alert) in expected.enumerated() {
            #expect(alerts[UInt32(index)] == alert)
            #expect(alerts.level(UInt32(index)) == alert.level)
        }
    }

    @Test("oversold units are kept only for oversold alerts")
    func oversoldUnits() {
        var alerts = PublishedAlerts()
        for _ in 0..<10 { _ = alerts.add() }
        alerts[3] = PublishedAlert(level: .oversold, oversoldUnits: 7, incident: 1)
        #expect(alerts.oversoldUnits.count == 1)
        alerts[3] = PublishedAlert(level: .critical, incident: 1)
        alerts[4] = PublishedAlert(level: .low, incident: 1)
        #expect(alerts.oversoldUnits.count == 0)
        alerts[3] = PublishedAlert(level: .oversold, oversoldUnits: 2, incident: 1)
        #expect(alerts[3].oversoldUnits == 2)
    }
}
