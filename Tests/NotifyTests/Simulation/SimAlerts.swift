import Foundation
import Inventory

@testable import Notify

/// The alert topic, and what it says of each pair at each time.
struct SimAlerts {
    struct Message {
        var key: Data
        var alert: Alert
        var time: Int64
    }

    /// By partition.
    private(set) var log: [[Message]]
    /// Every level of each pair with the time from which on it stood; nil for no alert.
    private(set) var history: [[(time: Int64, level: AlertLevel?)]]
    private var incidents: [UInt32]

    init(partitions: Int, pairs: Int) {
        log = Array(repeating: [], count: partitions)
        history = Array(repeating: [(.min, nil)], count: pairs)
        incidents = Array(repeating: 0, count: pairs)
    }

    var pairs: Int { history.count }
    func partition(_ pair: Int) -> Int { pair % log.count }
    func level(_ pair: Int) -> AlertLevel? { history[pair].last?.level ?? nil }

    static func key(_ pair: Int) -> Data { Data(#"{"product_id":\#(pair / 2),"warehouse_id":\#(pair % 2)}"#.utf8) }

    mutating func change(_ pair: Int, to level: AlertLevel?, at time: Int64) {
        let old = self.level(pair)
        if old == nil, level != nil { incidents[pair] += 1 }
        history[pair].append((time, level))
        let stock: Int64 = level == .oversold ? -3 : level == .outOfStock ? 0 : 7
        let severity = level.map { "\"\($0.severity.name)\"" } ?? "null"
        let json = """
            {"change":"\(level == nil ? "RESOLVED" : "RAISED")","product_id":\(pair / 2),\
            "product_name":"P\(pair / 2)","category":"C\(pair % 3)","warehouse_id":\(pair % 2),\
            "warehouse_name":null,"current_stock":\(stock),\
            "reorder_threshold":30,"alert_severity":\(severity),"oversold_units":\(max(0, -stock)),\
            "incident":\(incidents[pair])}
            """
        guard let alert = try? Alert(message: Data(json.utf8)) else { preconditionFailure(json) }
        log[partition(pair)].append(Message(key: Self.key(pair), alert: alert, time: time))
    }

    /// How long until `now` the pair has been without a break at levels of which this holds.
    func lasting(_ pair: Int, until now: Int64, _ holds: (AlertLevel?) -> Bool) -> Int64 {
        var since: Int64?
        for (time, level) in history[pair] where time <= now {
            if holds(level) { since = since ?? time } else { since = nil }
        }
        return since.map { now - max($0, 0) } ?? -1
    }

    /// The end of a pair's first alert.
    static func resolved(_ pair: Int) throws -> Alert {
        var alerts = SimAlerts(partitions: 1, pairs: pair + 1)
        alerts.change(pair, to: .low, at: 0)
        alerts.change(pair, to: nil, at: 0)
        guard let last = alerts.log[0].last else { throw NotAChange.foreign }
        return last.alert
    }
}
