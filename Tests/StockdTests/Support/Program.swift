import ClusterSupport
import Foundation
import Kafka
import TestSupport

/// A program that runs beside the test; it is ended by its process id alone.
final class Program {
    private let process = Process()
    private let output: URL

    /// - Parameter arguments: what follows the program's path.
    init(_ path: String, _ arguments: [String], _ variables: [String: String] = [:]) throws {
        output = FileManager.default.temporaryDirectory.appending(path: TestCluster.unique("output"))
        try Data().write(to: output)
        let handle = try FileHandle(forWritingTo: output)
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("STOCKD_") }
            .merging(EmbeddedCluster.environment) { $1 }.merging(variables) { $1 }
        process.standardOutput = handle
        process.standardError = handle
        process.standardInput = FileHandle.nullDevice
        try process.run()
        try handle.close()
    }

    /// Both of its streams so far.
    var text: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }

    var isRunning: Bool { process.isRunning }

    /// The names of its threads.
    var threadNames: [String] {
        let tasks = "/proc/\(process.processIdentifier)/task"
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        // A thread may have ended meanwhile.
        return numbers.compactMap { try? String(contentsOfFile: "\(tasks)/\($0)/comm", encoding: .utf8) }
            .map { $0.trimmingCharacters(in: .newlines) }
    }

    func send(_ signal: Int32) { if process.isRunning { kill(process.processIdentifier, signal) } }

    /// Its exit code; negative when a signal ended it.
    func exitCode(within seconds: Double = 90) throws -> Int32 {
        try eventually("\(process.executableURL?.lastPathComponent ?? "it") ends", within: seconds) {
            guard !process.isRunning else { return nil }
            return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        }
    }

    func remove() {
        send(SIGKILL)
        try? FileManager.default.removeItem(at: output)
    }

    /// Where a program is, nil when it is not installed.
    static func find(_ name: String) -> String? {
        let places = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
        return places.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// The stockd that was built with the tests, or the one that STOCKD_TEST_PROGRAM names.
    static func stockd() throws -> String {
        if let other = ProcessInfo.processInfo.environment["STOCKD_TEST_PROGRAM"] { return other }
        let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let path = tests.deletingLastPathComponent().appending(path: "stockd").path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Failure("no program at \(path)")
        }
        return path
    }
}
