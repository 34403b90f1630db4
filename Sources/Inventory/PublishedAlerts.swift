/// What was last published of every pair that ever had an alert.
///
/// An entry takes 24 bytes. Few alerts are oversold, so their units are kept apart.
struct PublishedAlerts {
    struct Entry {
        var level: AlertLevel?
        var incident: UInt32 = 0
        var since = Timestamp(microseconds: 0)
        var fingerprint: UInt64 = 0
    }

    private var entries: [Entry] = []
    private(set) var oversoldUnits: [UInt32: UInt64] = [:]
    /// How many entries had an incident.
    private(set) var incidentCount = 0

    /// Adds an entry without a published alert.
    mutating func add() -> UInt32 {
        entries.append(Entry())
        return UInt32(entries.count - 1)
    }

    @inline(__always)
    func level(_ index: UInt32) -> AlertLevel? { entries[Int(index)].level }

    subscript(index: UInt32) -> PublishedAlert {
        get {
            let entry = entries[Int(index)]
            return PublishedAlert(
                level: entry.level,
                oversoldUnits: entry.level == .oversold ? oversoldUnits[index] ?? 0 : 0,
                incident: entry.incident, since: entry.since, fingerprint: entry.fingerprint)
        }
        set {
            let before = entries[Int(index)]
            if before.incident > 0 { incidentCount -= 1 }
            if newValue.incident > 0 { incidentCount += 1 }
            if newValue.level == .oversold {
                oversoldUnits[index] = newValue.oversoldUnits
            } else if before.level == .oversold {
                oversoldUnits[index] = nil
            }
            entries[Int(index)] = Entry(
                level: newValue.level, incident: newValue.incident, since: newValue.since,
                fingerprint: newValue.fingerprint)
        }
    }
}
