import AllocationCounter
import Foundation

/// What a piece of work cost the calling thread.
struct Cost {
    var cpuNs: Int64
    var allocations: Int64

    static let none = Cost(cpuNs: 0, allocations: 0)

    static func += (sum: inout Cost, other: Cost) {
        sum.cpuNs += other.cpuNs
        sum.allocations += other.allocations
    }

    /// Processor time, not wall time: the machine is shared, and the figures are of one core.
    static func of(_ work: () throws -> Void) rethrows -> Cost {
        let allocations = allocation_count()
        let cpu = thread_cpu_ns()
        try work()
        return Cost(cpuNs: thread_cpu_ns() - cpu, allocations: allocation_count() - allocations)
    }
}

extension Array where Element == Cost {
    var median: Cost { sorted { $0.cpuNs < $1.cpuNs }[count / 2] }
    var best: Cost { self.min { $0.cpuNs < $1.cpuNs } ?? self[0] }
}

/// The memory of this process, as Linux counts it.
enum ProcessMemory {
    static var residentBytes: Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .ascii)) ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    static var peakResidentBytes: Int {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .ascii)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }
}
