import Inventory
import Pipeline
import Wire

/// Whether the daemon does its work, and why not.
struct Readiness {
    var reasons: [String] = []
    var isReady: Bool { reasons.isEmpty }

    init(_ source: WebSource) {
        let counts = source.counts()
        if counts.count < source.workers {
            reasons.append("waiting for Kafka: \(counts.count) of \(source.workers) workers have started")
        }
        for (number, worker) in counts.enumerated()
        where !worker.isRunning && !worker.status.hasPrefix("standing by") {
            reasons.append("worker \(number): \(worker.status)")
        }
        let snapshot = source.store.snapshot()
        if snapshot.disconnectedAt != nil { reasons.append("there is no connection to Kafka") }
        for (partition, lag) in source.lags.lags.sorted(by: { $0.key < $1.key }) {
            switch lag.trend {
            case .ok, .unknown: break
            case .slow:
                reasons.append(
                    "partition \(partition.rawValue): falling behind, the lag has grown to "
                        + Counted.text(lag.messages, "message"))
            case .stalled:
                reasons.append(
                    "partition \(partition.rawValue): stalled at offset \(lag.offset), "
                        + "\(Counted.text(lag.messages, "message")) behind")
            }
        }
    }

    var content: ResponseContent {
        var content = ResponseContent(
            Media.json.contentType,
            JSONWriter.object { json in
                json.field("ready", isReady)
                json.array("reasons", reasons) { $0.text($1) }
            })
        if !isReady { content.status = .serviceUnavailable }
        return content
    }
}
