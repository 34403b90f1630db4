import AllocationCounter
import Foundation
import Kafka

/// What a daemon's memory grows by once somebody reads: before, and after every view was read in several orders.
struct ReadersBenchmark {
    let bench: EndToEnd

    private static let paths = [
        "/v1/stock?limit=1000", "/v1/alerts?limit=1000", "/v1/rollup?limit=1000", "/v1/matrix",
        "/v1/stock?sort=-current_stock&limit=10000", "/v1/alerts?sort=product_name&limit=10000",
        "/v1/rollup?sort=-total_stock&limit=10000", "/v1/stock?q=9",
    ]

    func run() throws {
        let pairs = bench.embedded == nil ? 1_000_000 : 80_000
        let tag = "\(bench.stem)-readers"
        let input = "\(tag)-events"
        try bench.create([input, "\(tag)-state", "\(tag)-alerts", "\(tag)-dlq"])
        // A quarter of the pairs alert in the end.
        try Producing(client: bench.client, topic: input, partitions: bench.options.partitions)
            .send(2 * pairs, pairs: pairs, alertEvery: 4)
        let daemon = try DaemonProcess(
            program: bench.options.program, brokers: bench.client.bootstrapServers, stem: tag, input: input,
            pairs: pairs, hasPage: true, postgres: nil)
        defer { daemon.close() }
        try daemon.waitUntilApplied(2 * pairs)
        sleep(6)
        let (unread, unreadPeak) = (daemon.residentBytes, daemon.peakResidentBytes)
        let times = try Self.paths.map { try daemon.get($0).seconds }
        bench.report.add(
            Measurement(
                group: "memory", name: "a daemon with its page, \(Report.text(Double(pairs))) pairs",
                figures: [
                    "unread_mb": unread / 1e6, "unread_peak_mb": unreadPeak / 1e6,
                    "read_mb": daemon.residentBytes / 1e6, "peak_mb": daemon.peakResidentBytes / 1e6,
                    "peak_bytes_per_pair": daemon.peakResidentBytes / Double(pairs),
                    "first_answer_ms": times[0] * 1e3, "slowest_later_ms": (times.dropFirst().max() ?? 0) * 1e3,
                ], note: "resident; a quarter of the pairs alert; every view read, also sorted and searched"))
        try daemon.stop()
    }
}
