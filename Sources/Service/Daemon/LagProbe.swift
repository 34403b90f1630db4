internal import Foundation
import Inventory
import Kafka
import Pipeline
import Synchronization
import Web

/// Asks Kafka regularly for the ends of the input's partitions, on a thread and with a client of its own: the ends
/// that a stuck consumer knows would not move either.
final class LagProbe: Sendable {
    private let isStopping = Atomic<Bool>(false)

    init(_ parts: WebParts, _ client: ClientSettings, topic: String) {
        Thread.detachNewThread { [self] in
            ThreadName.set("lag-probe")
            guard let admin = try? Admin(client, name: "lag") else { return }
            defer { admin.close(deadlineMs: 1_000) }
            while !isStopping.load(ordering: .relaxed) {
                look(parts, admin, topic)
                for _ in 0..<(WebParts.intervalMs / 100) where !isStopping.load(ordering: .relaxed) {
                    usleep(100_000)
                }
            }
        }
    }

    func stop() { isStopping.store(true, ordering: .relaxed) }

    private func look(_ parts: WebParts, _ admin: Admin, _ topic: String) {
        let snapshot = parts.store.snapshot()
        let statistics = parts.statistics.latest
        var ends: [Partition: (offset: Int64, end: Int64)] = [:]
        for (worker, shown) in snapshot.workers.enumerated() {
            let consumer = statistics["worker\(worker)-consumer"]
            for position in shown?.positions ?? [] {
                guard !isStopping.load(ordering: .relaxed),
                    let marks = try? admin.watermarks(of: topic, position.partition.rawValue, timeoutMs: 2_000)
                else { return }
                let committed = position.offset.rawValue
                let offset = consumer?.position(topic: topic, position.partition, committed: committed) ?? committed
                ends[position.partition] = (offset, marks.high)
            }
        }
        parts.lags.observe(ends)
    }
}
