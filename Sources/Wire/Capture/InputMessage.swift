public import Inventory

/// What one message of the input topic says.
public enum InputMessage: Equatable, Sendable {
    /// A plain row: an event that is counted once and stays.
    case event(OrderEvent)
    /// A change of the database's events table.
    case change(RowChange)
    case skipped(SkipReason)
}

/// What one message of a reference topic says.
public enum ReferenceMessage<Patch: RowPatch>: Equatable, Sendable {
    case change(ReferenceChange<Patch>)
    case skipped(SkipReason)
}

/// A message that is no row. The raw values name them in metrics.
public enum SkipReason: String, Sendable, CaseIterable {
    /// No value, and no key that names a row.
    case tombstone
    case heartbeat
    /// The beginning or end of a transaction.
    case transaction
    case schemaChange = "schema_change"
    /// `pg_logical_emit_message`.
    case logicalMessage = "logical_message"
}
