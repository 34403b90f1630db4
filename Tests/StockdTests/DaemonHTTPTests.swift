import Foundation
import Testing

@Suite("The daemon's HTTP interface", .blocking)
struct DaemonHTTPTests {
    @Test("shows what was published, from the first moment, and a taken port ends a second start with 74")
    func daemon() throws {
        let port = try FreePort.find()
        let site = try Site("web", partitions: 3, settings: "alerts: {topic: NAME-alerts, emit: row}")
        defer { site.close() }
        let variables = ["STOCKD_HTTP_LISTEN": "127.0.0.1:\(port)"]
        let program = try site.run(variables)
        let client = Curl(port)
        _ = try eventually("it answers") { client.get("/health/live") == "alive\n" ? true : nil }
        _ = try eventually("it is ready") {
            client.json("/health/ready")["ready"] as? Bool == true ? true : nil
        }
        let orders = Shop.orders(600, seed: 5)
        try Sender(site, orders).send(600)
        let applied = { (client.json("/v1/status")["events"] as? [String: Int])?["applied"] }
        _ = try eventually("everything is applied", within: 60) { applied() == 600 ? true : nil }

        let alerts = try eventually("the cut holds everything") { () -> [[String: Any]]? in
            let answer = client.json("/v1/alerts?limit=10000")
            let offsets = (answer["offsets"] as? [[String: Int]] ?? []).reduce(0) { $0 + ($1["offset"] ?? 0) }
            return offsets == 600 ? answer["rows"] as? [[String: Any]] : nil
        }
        var book = AlertBook()
        for message in try site.read("alerts") { try book.apply(message) }
        #expect(book.faults == [])
        #expect(alerts.count == book.rows.count)
        for row in alerts {
            let key =
                #"{"product_id":\#(row["product_id"] ?? 0),"warehouse_id":\#(row["warehouse_id"] ?? 0)}"#
            #expect(book.rows[key]?.severity == row["alert_severity"] as? String, "\(key)")
            #expect(book.rows[key]?.stock == (row["current_stock"] as? NSNumber)?.int64Value, "\(key)")
        }
        let second = try site.run(variables)
        #expect(try second.exitCode() == 74)
        #expect(second.text.contains("127.0.0.1:\(port): Address already in use"))
        #expect(program.isRunning)
        program.send(SIGTERM)
        #expect(try program.exitCode() == 0)
    }
}

/// A port that was free a moment ago.
private enum FreePort {
    static func find() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isBound else { throw Failure("no port is free") }
        return Int(in_port_t(bigEndian: address.sin_port))
    }
}

/// What curl gets from loopback; nothing where nobody answers.
private struct Curl {
    private let port: Int
    init(_ port: Int) { self.port = port }

    func get(_ target: String) -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: Program.find("curl") ?? "/usr/bin/curl")
        process.arguments = ["-s", "--max-time", "5", "http://127.0.0.1:\(port)\(target)"]
        process.standardOutput = pipe
        guard (try? process.run()) != nil else { return "" }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    func json(_ target: String) -> [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(get(target).utf8))) as? [String: Any] ?? [:]
    }
}
