/// What one poll brought.
public enum Poll: Sendable, Equatable {
    /// So many records are readable in the batch.
    case records(Int)
    /// Nothing arrived within the time given.
    case idle
    /// The group changed. Finish or abort the open transaction, then answer with `assign` or `unassign`.
    case rebalance(Rebalance)
    /// A partition's position is not in its log: nothing more comes from it until it is assigned anew.
    case offsetOutOfRange(OffsetOutOfRange)
}

/// A change of the partitions this member owns.
public enum Rebalance: Sendable, Equatable {
    /// These are ours now (perhaps none): answer with `assign`.
    case assigned([Int32])
    /// The group wants all of them back: they are ours until answered with `unassign`.
    case revoked([Int32])
    /// They may already belong to another member: abort, then answer with `unassign`.
    case lost([Int32])
}
