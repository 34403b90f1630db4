import AllocationCounter
import BenchmarkInput
import Foundation
import Kafka

@main
struct StockdBench {
    static func main() {
        do {
            let options = try Options(Array(CommandLine.arguments.dropFirst()))
            if let child = options.child { return try play(child, options) }
            try measure(options)
        } catch {
            FileHandle.standardError.write(Data("stockd-bench: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func measure(_ options: Options) throws {
        let report = Report()
        if options.groups.contains("micro") {
            try MicroBenchmarks(report: report).run()
            CaptureBenchmark(report: report).run()
            try CheckpointBenchmark(report: report).run(pairs: 1_000_000)
            ViewBenchmark(report: report).run()
        }
        if options.groups.contains("rows") {
            CaptureBenchmark(report: report).follow()
            for events in [1_000_000, 10_000_000] {
                for layout in RowSource.Layout.allCases {
                    report.add(
                        try Child.run(["--child", "rows", "--events", "\(events)", "--tag", layout.rawValue]))
                }
            }
        }
        if options.groups.contains("growth") { GrowthBenchmark(report: report).run() }
        if options.groups.contains("memory") {
            for pairs in [10_000, 100_000, 1_000_000] {
                report.add(try Child.run(["--child", "memory", "--pairs", "\(pairs)"]))
            }
        }
        if options.groups.contains("recovery") { report.add(try RecoveryBenchmark.run(pairs: 1_000_000)) }
        if options.groups.contains("soak") { return try Soak(options).run() }
        if !options.groups.isDisjoint(with: ["e2e", "growth", "latency", "resident", "memory", "postgres", "notify"]) {
            try EndToEnd(options: options, report: report).run()
        }
        report.printTables()
        if let path = options.jsonPath { try report.write(to: path) }
    }

    /// One measurement in a process of its own; its result is the last line of the output.
    private static func play(_ child: String, _ options: Options) throws {
        let result =
            switch child {
            case "memory": MemoryBenchmark.measure(pairs: options.pairs)
            case "rows":
                MovementBenchmark.measure(
                    events: options.events, RowSource.Layout(rawValue: options.tag) ?? .dense)
            case "recovery": try RecoveryBenchmark.measure(pairs: options.pairs, path: options.topic ?? "")
            default: try Scenario(child, options).run()
            }
        print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
    }
}

/// Starts this program again for one measurement.
enum Child {
    /// This process's own, and what a client of its embedded cluster needs.
    static func environment(_ more: [String: String] = [:]) -> [String: String] {
        ProcessInfo.processInfo.environment.merging(EmbeddedCluster.environment) { $1 }.merging(more) { $1 }
    }

    /// - Parameter allocator: the library whose malloc the child uses; nil for mimalloc, as the daemon does.
    static func run(_ arguments: [String], allocator: String? = nil) throws -> Measurement {
        let process = Process()
        process.environment = environment(allocator.map { ["LD_PRELOAD": $0] } ?? [:])
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments + ["--spawned", "\(wall_ns())"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let line = data.split(separator: UInt8(ascii: "\n")).last ?? Data()
        guard process.terminationStatus == 0 else {
            throw BenchFailure("\(arguments) ended with \(process.terminationStatus)")
        }
        return try JSONDecoder().decode(Measurement.self, from: line)
    }
}
