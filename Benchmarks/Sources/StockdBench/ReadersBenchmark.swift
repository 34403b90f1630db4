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
        let port = try DaemonProcess.freePort()
        let daemon = try DaemonProcess(
            program: bench.options.program, brokers: bench.client.bootstrapServers, stem: tag, input: input,
            pairs: pairs, http: "127.0.0.1:\(port)", postgres: nil)
        defer { daemon.close() }
        // The embedded cluster does not show offsets that a transaction sent.
        let status = "http://127.0.0.1:\(port)/v1/status"
        try daemon.wait("it has read everything", within: 300) {
            try Self.get(status).text.contains("\"applied\":\(2 * pairs),")
        }
        sleep(6)
        let (unread, unreadPeak) = (daemon.residentBytes, daemon.peakResidentBytes)
        let times = try Self.paths.map { try Self.get("http://127.0.0.1:\(port)\($0)").seconds }
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

    private static func get(_ url: String) throws -> (text: String, seconds: Double) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        process.arguments = ["-s", "-w", "\n%{time_total}", url]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (text, text.split(separator: "\n").last.flatMap { Double($0) } ?? 0)
    }
}
