import TestSupport
import Testing

@testable import Kafka

/// Loops that drive clients in tests. Each ends by itself.
extension Consumer {
    /// Polls until the group assigns partitions, and accepts them: from the beginning unless `start` says otherwise.
    @discardableResult
    func awaitAssignment(from start: (Int32) -> PartitionOffset = { .beginning($0) }) throws -> [Int32] {
        let deadline = Deadline(afterMs: 60_000)
        while !deadline.hasPassed {
            guard case .rebalance(let rebalance) = try poll(maxRecords: 100, waitMs: 100) else { continue }
            if case .assigned(let partitions) = rebalance {
                try assign(partitions.map(start))
                return partitions
            }
            try unassign()
        }
        throw Failure("no assignment")
    }

    func awaitRebalance() throws -> Rebalance {
        let deadline = Deadline(afterMs: 60_000)
        while !deadline.hasPassed {
            if case .rebalance(let rebalance) = try poll(maxRecords: 100, waitMs: 100) { return rebalance }
        }
        throw Failure("no rebalance")
    }

    /// Polls until `count` records have come, at most `most` in a batch.
    func take(_ count: Int, most: Int = 1000) throws -> [Taken] {
        var taken: [Taken] = []
        let deadline = Deadline(afterMs: 60_000)
        while taken.count < count, !deadline.hasPassed {
            if case .records = try poll(maxRecords: min(most, count - taken.count), waitMs: 100) {
                taken += batch.records.map { Taken($0) }
            }
        }
        if taken.count < count { throw Failure("\(taken.count) of \(count) records") }
        return taken
    }

    /// Polls until no record has come for `quietMs`.
    func drain(quietMs: Int32 = 600) throws -> [Taken] {
        var taken: [Taken] = []
        while case .records = try poll(maxRecords: 1000, waitMs: quietMs) {
            taken += batch.records.map { Taken($0) }
        }
        return taken
    }
}

struct Taken: Equatable {
    let partition: Int32
    let offset: Int64
    let text: String?

    init(_ record: Record) {
        partition = record.partition
        offset = record.offset
        text = record.text
    }
}

extension Consumer {
    /// The position of every assigned partition that has one.
    var positions: [PartitionOffset] {
        assigned.compactMap { partition in position(of: partition).map { PartitionOffset(partition, $0) } }
    }
}
