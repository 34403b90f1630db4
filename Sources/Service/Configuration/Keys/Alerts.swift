public import Inventory
public import Wire

extension Configuration {
    public struct Alerts: Equatable, Sendable {
        public var topic: String
        public var emit: Aggregate.Outputs.Emit
        public var format: AlertFormat

        init(_ read: inout Reading) {
            read.section("alerts", "The topic of alert changes, the daemon's main output.")
            topic = read("alerts.topic", .topic, default: "inventory-alerts", "The topic of alert changes.")
            emit = read(
                "alerts.emit", .choice, default: Keys.pipeline.outputs.emit.rawValue,
                """
                severity: a message when an alert's severity appears, changes or goes, or its stock falls below 0
                or comes back from there. row: also when any other column of its row changes.
                """)
            format = read(
                "alerts.format", .choice, default: Keys.pipeline.alertFormat.rawValue,
                """
                changes: a message for each change (RAISED, ESCALATED, EASED, UPDATED, RESOLVED). upsert: the
                row as it now stands, no value when it is gone; what stream databases and compacted topics take.
                """)
        }
    }
}
