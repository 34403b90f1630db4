internal import Inventory

/// The table `alert_changes` and how far it is, as the process that has the lease writes it.
///
/// The lease only spares the other processes the work. What makes each message a row exactly once is that rows and
/// positions are in one transaction, which first changes the lease's row: whoever has taken the lease meanwhile has
/// changed it, so two can never write the same stretch.
public struct AlertChangeTable: Sendable {
    private let schema: Schema
    private let topic: String
    /// This process.
    private let writer: String
    private let insertion: String

    public init(_ schema: Schema, topic: String, writer: String) {
        self.schema = schema
        insertion = Self.insertion(schema)
        self.topic = topic
        self.writer = writer
    }

    /// How far the table is in a partition of the topic.
    public struct Position: Sendable {
        public var next: Int64
        /// The timestamp of the last message, in milliseconds; nil before the first.
        public var writtenAtMs: Int64?
    }

    /// How long a process that is gone keeps the others from taking over.
    static let lease = "interval '5 seconds'"
    /// How often the lease is to be renewed.
    public static let renewalMs: Int64 = 1_500

    private var leases: String { schema.qualified(schema.alertWriter.name) }
    private var positions: String { schema.qualified(schema.alertPositions.name) }

    // MARK: The lease

    /// Takes the lease if nobody has it.
    ///
    /// - Returns: how far the table is, by partition; nil while another process has the lease.
    public func open(_ connection: Connection) throws(PostgresError) -> [Int32: Position]? {
        try connection.transaction { (connection) throws(PostgresError) in
            try connection.run(
                "INSERT INTO \(leases) VALUES ($1, $2, '-infinity') ON CONFLICT DO NOTHING",
                [.text(topic), .text(writer)])
            let taken = try connection.run(
                """
                UPDATE \(leases) SET writer = $2, leased_until = clock_timestamp() + \(Self.lease)
                WHERE topic = $1 AND (writer = $2 OR leased_until < clock_timestamp())
                """, [.text(topic), .text(writer)])
            return taken.affected == 1 ? try read(connection) : nil
        }
    }

    private func read(_ connection: Connection) throws(PostgresError) -> [Int32: Position] {
        let rows = try connection.run(
            """
            SELECT topic, partition, next, (extract(epoch FROM committed_at) * 1000)::bigint FROM \(positions)
            """)
        var found: [Int32: Position] = [:]
        for row in rows.rows {
            guard let name = row[0], let partition = row[1].flatMap({ Int32($0) }),
                let next = row[2].flatMap({ Int64($0) })
            else { continue }
            guard name == topic else { throw PostgresError(refusal: otherTopic(name)) }
            found[partition] = Position(next: next, writtenAtMs: row[3].flatMap { Int64($0) })
        }
        return found
    }

    private func otherTopic(_ name: String) -> String {
        "alert_changes holds the messages of the topic \(name), and alerts.topic is \(topic). \(Self.wayOut)"
    }

    /// How to begin with another topic.
    public static let wayOut = """
        Drop the table alert_changes (CREATE TABLE … AS TABLE keeps a copy of its rows): stockd makes a new one and \
        begins with the oldest message that the topic holds
        """

    /// Keeps the lease while there is nothing to write; false when another process has it.
    public func renew(_ connection: Connection) throws(PostgresError) -> Bool {
        try connection.transaction { (connection) throws(PostgresError) in try isLeased(connection) }
    }

    /// Lets another process take over at once.
    public func release(_ connection: Connection) throws(PostgresError) {
        try connection.transaction { (connection) throws(PostgresError) in
            try connection.run(
                "UPDATE \(leases) SET leased_until = '-infinity' WHERE topic = $1 AND writer = $2",
                [.text(topic), .text(writer)])
        }
    }

    private func isLeased(_ connection: Connection) throws(PostgresError) -> Bool {
        try connection.run(
            """
            UPDATE \(leases) SET leased_until = clock_timestamp() + \(Self.lease) WHERE topic = $1 AND writer = $2
            """, [.text(topic), .text(writer)]
        ).affected == 1
    }

    // MARK: Rows

    /// Sets where partitions begin: those that the table does not know yet, and those whose next messages are lost.
    ///
    /// - Returns: false when another process has the lease.
    public func begin(at starts: [Int32: Int64], _ connection: Connection) throws(PostgresError) -> Bool {
        var partitions = ArrayColumn(.integer)
        var offsets = ArrayColumn(.bigint)
        for (partition, offset) in starts {
            partitions.append(partition)
            offsets.append(offset)
        }
        return try connection.transaction { (connection) throws(PostgresError) in
            guard try isLeased(connection) else { return false }
            try connection.run(
                """
                INSERT INTO \(positions) AS known (topic, partition, next)
                SELECT $1, * FROM unnest($2, $3)
                ON CONFLICT (topic, partition) DO UPDATE SET next = excluded.next WHERE known.next < excluded.next
                """, [.text(topic), partitions.parameter, offsets.parameter])
            return true
        }
    }

    /// A message that is none of stockd's and became no row.
    public struct Skipped: Sendable {
        public let partition: Int32
        public let offset: Int64
        public let reason: String
    }

    /// Writes the batch: its rows, its notifications and the new positions, or nothing.
    ///
    /// - Returns: what it skipped; nil when another process has the lease.
    public func append(
        _ batch: AlertChangeBatch, _ connection: Connection
    ) throws(PostgresError) -> [Skipped]? {
        do throws(PostgresError) {
            return try write(batch, connection) ? [] : nil
        } catch {
            guard error.isOfValues, let first = batch.first else { throw error }
            try connection.script("ROLLBACK")
            guard batch.count > 1 else {
                let skipped = Skipped(
                    partition: first.partition, offset: first.offset, reason: error.description)
                return try write(batch.withoutMessages, connection) ? [skipped] : nil
            }
            let halves = batch.halves
            guard let before = try append(halves.0, connection), let behind = try append(halves.1, connection) else {
                return nil
            }
            return before + behind
        }
    }

    private func write(_ batch: AlertChangeBatch, _ connection: Connection) throws(PostgresError) -> Bool {
        try connection.transaction { (connection) throws(PostgresError) in
            guard try isLeased(connection) else { return false }
            try move(batch, connection)
            if batch.count > 0 { try connection.run(insertion, batch.parameters) }
            return true
        }
    }

    /// Moves the positions from where the batch begins to behind it.
    private func move(_ batch: AlertChangeBatch, _ connection: Connection) throws(PostgresError) {
        var partitions = ArrayColumn(.integer)
        var before = ArrayColumn(.bigint)
        var behind = ArrayColumn(.bigint)
        var times = ArrayColumn(.timestamp)
        for (partition, stretch) in batch.stretches {
            partitions.append(partition)
            before.append(stretch.from)
            behind.append(stretch.next)
            times.append(stretch.writtenAt)
        }
        let moved = try connection.run(
            """
            UPDATE \(positions) AS known SET next = batch.behind, committed_at = batch.at
            FROM unnest($2, $3, $4, $5) AS batch (partition, before, behind, at)
            WHERE known.topic = $1 AND known.partition = batch.partition AND known.next = batch.before
            """,
            [.text(topic), partitions.parameter, before.parameter, behind.parameter, times.parameter])
        guard moved.affected == batch.stretches.count else {
            throw PostgresError("somebody changed alert_positions")
        }
    }
}

extension PostgresError {
    /// Something in the values, not in the server or the tables: they are none that stockd wrote.
    var isOfValues: Bool {
        sqlState.map { $0.hasPrefix("22") || ["23502", "0A000", "54001"].contains($0) } ?? false
    }
}
