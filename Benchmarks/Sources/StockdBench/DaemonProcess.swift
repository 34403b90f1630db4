import AllocationCounter
import BenchmarkInput
import Foundation
import Glibc

/// A stockd of its own with its configuration in a temporary folder.
final class DaemonProcess {
    private let process = Process()
    private let directory: URL
    /// Whether the folder is another's.
    private let isGuest: Bool
    /// Of its page; 0 when it has none.
    private let port: UInt16

    /// - Parameters:
    ///   - stem: of the names of its topics and of its group.
    ///   - pairs: those that its reference files know.
    ///   - more: more lines of the configuration.
    init(
        program: String, brokers: String, stem: String, input: String, pairs: Int, hasPage: Bool = false,
        postgres: String?, more: String = ""
    ) throws {
        isGuest = false
        port = hasPage ? try Self.freePort() : 0
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("\(stem)-\(wall_ns())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        func write(_ file: String, _ text: String) throws {
            try Data(text.utf8).write(to: directory.appendingPathComponent(file))
        }
        let products = (0..<max(1, pairs / EventText.warehouses)).map {
            "\(EventText.firstProduct + $0),Product number \($0),Electronics,60,1.50\n"
        }
        let warehouses = (0..<EventText.warehouses).map { "\(10 + $0),Warehouse \($0),US-EAST\n" }
        try write(
            "products.csv", "product_id,product_name,category,reorder_threshold,unit_price\n" + products.joined())
        try write("warehouses.csv", "warehouse_id,warehouse_name,region\n" + warehouses.joined())
        try write(
            "stockd.yaml",
            """
            kafka: {brokers: "\(brokers)", group_id: \(stem)}
            input: {topic: \(input)}
            state: {topic: \(stem)-state}
            alerts: {topic: \(stem)-alerts}
            dead_letters: {topic: \(stem)-dlq}
            reference: {products: {file: products.csv}, warehouses: {file: warehouses.csv}}
            log: {format: text, level: info}
            http: {listen: \(port == 0 ? "~" : "\"127.0.0.1:\(port)\"")}
            \(postgres.map { "postgres: {\($0)}" } ?? "")
            \(more)

            """)
        try run(program, "run", [:])
    }

    /// Another of stockd's commands with the configuration of one that runs.
    init(beside other: DaemonProcess, program: String, _ command: String, _ variables: [String: String]) throws {
        isGuest = true
        port = 0
        directory = other.directory
        try run(program, command, variables)
    }

    private func run(_ program: String, _ command: String, _ variables: [String: String]) throws {
        let log = directory.appendingPathComponent(command + ".log").path
        try Data().write(to: URL(fileURLWithPath: log))
        self.command = command
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [command, "--config", directory.appendingPathComponent("stockd.yaml").path]
        process.environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
        process.standardError = FileHandle(forWritingAtPath: log)
        process.standardOutput = process.standardError
        try process.run()
    }

    private var command = ""

    var log: String {
        (try? String(contentsOf: directory.appendingPathComponent(command + ".log"), encoding: .utf8)) ?? ""
    }

    /// Waits until something holds.
    func wait(_ what: String, within seconds: Double = 120, until holds: () throws -> Bool) throws {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while try !holds() {
            guard process.isRunning else { throw BenchFailure("stockd ended: \(log.suffix(2_000))") }
            guard Date() < deadline else {
                throw BenchFailure("\(what): not within \(seconds) s\n\(log.suffix(2_000))")
            }
            usleep(20_000)
        }
    }

    /// Processor time of all its threads.
    var cpuSeconds: Double {
        let text = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)) ?? ""
        // Behind the name in brackets, the 12th and 13th are user and system time in ticks.
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 13, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    var residentBytes: Double { kilobytes("VmRSS:") }

    /// The most it ever was.
    var peakResidentBytes: Double { kilobytes("VmHWM:") }

    private func kilobytes(_ name: String) -> Double {
        let text = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
        return (line.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) * 1024
    }

    /// Ends it in good order.
    func stop() throws {
        process.terminate()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchFailure("stockd ended with an error: \(log.suffix(2_000))")
        }
    }

    /// Kills it if it still runs, and removes its files.
    func close() {
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        if !isGuest { try? FileManager.default.removeItem(at: directory) }
    }

    /// A port on which nobody listens.
    private static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { Glibc.close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutableBytes(of: &address) { bytes in
            guard let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
            return bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
        }
        guard isBound else { throw BenchFailure("no port is free") }
        return UInt16(bigEndian: address.sin_port)
    }

    /// What its page answers, and after which time.
    func get(_ path: String) throws -> (text: String, seconds: Double) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        process.arguments = ["-s", "-w", "\n%{time_total}", "http://127.0.0.1:\(port)\(path)"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (text, text.split(separator: "\n").last.flatMap { Double($0) } ?? 0)
    }

    /// Waits until it has counted so many events.
    func waitUntilApplied(_ events: Int) throws {
        try wait("it has read everything", within: 300) {
            try get("/v1/status").text.contains("\"applied\":\(events),")
        }
    }
}
