/// Compares messages of the alert topic with the rows of `alert_changes`.
public struct AlertChangeComparison: Sendable {
    /// A message whose row is not as it should be.
    public struct Difference: Sendable, Equatable {
        public enum Kind: Sendable { case missing, needless, differs }

        public let partition: Int32
        public let offset: Int64
        public let kind: Kind
    }

    private let statement: String

    public init(_ schema: Schema) { statement = AlertChangeTable.comparison(schema) }

    /// - Parameters:
    ///   - batch: all messages of one partition between two offsets.
    ///   - range: these offsets.
    public func differences(
        _ batch: AlertChangeBatch, _ partition: Int32, _ range: Range<Int64>, _ connection: Connection
    ) throws(PostgresError) -> [Difference] {
        do throws(PostgresError) {
            return try compare(batch, partition, range, connection)
        } catch {
            guard error.isOfValues, let first = batch.first else { throw error }
            // A message that is none of stockd's has no row.
            if batch.count == 1 { return try compare(batch.withoutMessages, partition, range, connection) }
            let halves = batch.halves
            let middle = halves.1.first?.offset ?? first.offset
            return try differences(halves.0, partition, range.lowerBound..<middle, connection)
                + differences(halves.1, partition, middle..<range.upperBound, connection)
        }
    }

    private func compare(
        _ batch: AlertChangeBatch, _ partition: Int32, _ range: Range<Int64>, _ connection: Connection
    ) throws(PostgresError) -> [Difference] {
        let place: [Parameter] = [.integer(partition), .bigint(range.lowerBound), .bigint(range.upperBound)]
        let found = try connection.run(statement, batch.parameters + place)
        return found.rows.compactMap { row in
            guard let offset = row[0].flatMap({ Int64($0) }) else { return nil }
            let kind: Difference.Kind = row[1] == "t" ? .missing : row[2] == "t" ? .needless : .differs
            return Difference(partition: partition, offset: offset, kind: kind)
        }
    }
}
