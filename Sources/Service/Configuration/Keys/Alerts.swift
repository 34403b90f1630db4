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
                severity: a message when an alert is raised or resolved, when its severity changes, and when
                its stock falls below 0 or rises to 0 or more. row: also when any other column of its row
                changes.
                """)
            format = read(
                "alerts.format", .choice, default: Keys.pipeline.alertFormat.rawValue,
                """
                changes: a message for each change (RAISED, ESCALATED, EASED, UPDATED, RESOLVED). upsert: the
                current row, or no value when the row is gone, as compacted topics and stream databases
                expect.
                """)
        }
    }
}
