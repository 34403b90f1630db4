import Inventory
import Wire

@testable import Pipeline

/// Checks what keeps the tables in PostgreSQL from going back: that each owner of a partition has a term of its own,
/// and that a later one never shows less than an earlier one has shown.
struct TermLedger {
    private struct Shown {
        var reader: Int
        /// The least and the greatest position that were shown in the term.
        var positions: ClosedRange<Int64>
    }

    /// State partitions differ by how the input is keyed.
    private struct Log: Hashable {
        var keyedBy: KeyedBy
        var partition: Partition
    }

    private var terms: [Log: [Int64: Shown]] = [:]

    /// Takes what a reader's worker shows; returns what is wrong with it, or nil.
    mutating func note(_ shard: WorkerSnapshot.Shard, _ keyedBy: KeyedBy, reader: Int) -> String? {
        for position in shard.positions {
            let log = Log(keyedBy: keyedBy, partition: position.partition)
            let offset = position.offset.rawValue
            for (term, shown) in terms[log] ?? [:] {
                let isWrong =
                    term == shard.term
                    ? shown.reader != reader
                    : term < shard.term ? shown.positions.upperBound > offset : shown.positions.lowerBound < offset
                guard isWrong else { continue }
                return
                    "partition \(position.partition.rawValue) is shown at \(offset) in the term \(shard.term), and by "
                    + "\(shown.reader == reader ? "itself" : "another") at \(shown.positions) in the term \(term)"
            }
            let known = terms[log]?[shard.term]?.positions ?? offset...offset
            terms[log, default: [:]][shard.term] = Shown(
                reader: reader,
                positions: min(known.lowerBound, offset)...max(known.upperBound, offset))
        }
        return nil
    }
}
