import Inventory
import Pipeline

/// Who writes the rows of an input partition, and how far they are: a row of `partitions`.
///
/// The row is locked while they are written, so whoever holds the lock knows that nobody else writes them.
struct PartitionRow {
    let partition: Partition
    let writer: String
    let term: Int64
    /// Grows with each transaction that wrote the partition's rows.
    let write: Int64
    let position: Int64

    /// Of a partition that nobody has written yet.
    fileprivate static let none = (writer: "", term: Int64(-1), write: Int64(0), position: Int64(0))

    /// What a writer may do with a shard, by the rows of its partitions.
    enum Verdict: Equatable {
        /// The tables hold what this writer wrote last: the difference is enough.
        case difference
        /// Everything is to be written: another one wrote last, or nobody knows what the tables hold.
        case fill
        /// A later owner of a partition has written it.
        case replaced
        /// The rows hold more of the partition than the daemon has.
        case ahead(Partition, stored: Int64, shown: Int64)
    }

    /// - Parameter written: what this writer wrote last, nil if that is not known.
    static func verdict(
        _ rows: [PartitionRow], for shard: WorkerSnapshot.Shard, writer: String, written: (term: Int64, write: Int64)?
    ) -> Verdict {
        let isReplaced = rows.contains { row in
            row.term > shard.term || row.term == shard.term && row.writer != writer
        }
        if isReplaced { return .replaced }
        for position in shard.positions {
            guard let row = rows.first(where: { $0.partition == position.partition }) else { continue }
            if row.position > position.offset.rawValue {
                return .ahead(row.partition, stored: row.position, shown: position.offset.rawValue)
            }
        }
        let isKnown = rows.allSatisfy { row in
            row.writer == writer && row.term == shard.term && row.term == written?.term && row.write == written?.write
        }
        return isKnown ? .difference : .fill
    }
}

extension Schema {
    /// Locks and gives the rows of some partitions, which are made if they are missing. In one order, so that two
    /// writers never wait for each other.
    func lock(
        _ wanted: [Partition], _ connection: Connection
    ) throws(PostgresError) -> [Partition: PartitionRow] {
        var column = ArrayColumn(.integer)
        for partition in wanted.sorted() { column.append(partition.rawValue) }
        let query = """
            SELECT partition, writer, term, write, position FROM \(qualified(partitions.name))
            WHERE partition = ANY ($1) ORDER BY partition FOR UPDATE
            """
        var found = try connection.run(query, [column.parameter])
        if found.rows.count < wanted.count {
            let none = PartitionRow.none
            try connection.queue(
                """
                INSERT INTO \(qualified(partitions.name)) (partition, writer, term, write, position, written_at)
                SELECT n, \(Self.literal(none.writer)), \(none.term), \(none.write), \(none.position), now()
                FROM unnest($1) AS n ORDER BY n ON CONFLICT DO NOTHING
                """, [column.parameter])
            found = try connection.run(query, [column.parameter])
        }
        var rows: [Partition: PartitionRow] = [:]
        for row in found.rows {
            guard let number = row[0].flatMap({ Int32($0) }), let writer = row[1],
                let numbers = Self.numbers(row[2...])
            else { throw PostgresError("\(name).\(partitions.name) has a row that cannot be read: \(row)") }
            let partition = Partition(number)
            rows[partition] = PartitionRow(
                partition: partition, writer: writer, term: numbers[0], write: numbers[1], position: numbers[2])
        }
        return rows
    }

    private static func numbers(_ texts: ArraySlice<String?>) -> [Int64]? {
        let numbers = texts.compactMap { $0.flatMap { Int64($0) } }
        return numbers.count == texts.count ? numbers : nil
    }

    /// Notes that a shard's rows were written.
    func note(
        _ shard: WorkerSnapshot.Shard, writer: String, write: Int64, _ connection: Connection
    ) throws(PostgresError) {
        var numbers = ArrayColumn(.integer)
        var positions = ArrayColumn(.bigint)
        for position in shard.positions {
            numbers.append(position.partition.rawValue)
            positions.append(position.offset.rawValue)
        }
        try connection.queue(
            """
            UPDATE \(qualified(partitions.name)) AS t
            SET writer = $1, term = $2, write = $3, position = n.position, written_at = clock_timestamp()
            FROM unnest($4, $5) AS n (partition, position) WHERE t.partition = n.partition
            """,
            [.text(writer), .bigint(shard.term), .bigint(write), numbers.parameter, positions.parameter])
    }
}
