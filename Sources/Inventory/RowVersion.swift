/// Orders the versions of one row that a database's change log tells, so that a change sent again after a
/// connector's restart never overwrites a newer one.
///
/// A version is a position in the database's log and the database's time of it. What is told here of a row
/// is stale when **both** are behind what is known: a position alone can fall back when the database is
/// restored or another server takes over. Where the two cannot tell, the order of the topic decides.
///
/// Twelve bytes hold it: `position` (its upper three bits are flags) and `seconds`.
public struct RowVersion: Equatable, Sendable {
    /// The position in the database's log, 0 for none, and the flags.
    public let position: UInt64
    /// The database's time of the change in seconds since 1970, 0 when it is not known.
    public let seconds: UInt32

    @inlinable public init(position: UInt64, seconds: UInt32) {
        self.position = position
        self.seconds = seconds
    }

    /// - Parameter logPosition: The position in the log, below 2⁶¹; upper bits are cut off.
    public init(logPosition: UInt64, seconds: UInt32, _ flags: Flags) {
        self.init(position: logPosition & ~Flags.mask | flags.rawValue, seconds: seconds)
    }

    /// No position: the order of the topic decides.
    public static let none = RowVersion(position: 0, seconds: 0)

    /// A message without a value. After a delete it repeats it, for the broker's compaction; alone it is one:
    /// a topic of unwrapped rows may tell deletes in no other way, and compaction drops what it repeated.
    public static let tombstone = RowVersion(logPosition: 1, seconds: 0, .tombstone)

    public struct Flags: OptionSet, Sendable {
        public let rawValue: UInt64
        public init(rawValue: UInt64) { self.rawValue = rawValue }

        /// A row as a snapshot read it.
        public static let snapshot = Flags(rawValue: 1 << 63)
        /// A delete, whose tombstone is to follow and says nothing more.
        public static let delete = Flags(rawValue: 1 << 62)
        /// The log is in commit order (MySQL's binary log), so a snapshot's position divides it exactly. In
        /// PostgreSQL's a transaction that was open during the snapshot lies before it and is told after it.
        public static let commitOrder = Flags(rawValue: 1 << 61)
        static let tombstone: Flags = [.snapshot, .delete, .commitOrder]
        static let mask: UInt64 = 7 << 61
    }

    var flags: Flags { Flags(rawValue: position & Flags.mask) }
    private var logPosition: UInt64 { position & ~Flags.mask }

    /// The version of a row that stands at this one when a message of version `next` follows in the topic;
    /// nil when that message is stale and must change nothing, which `noting` then remembers.
    ///
    /// A message of the very same version is not stale: applied again it changes nothing anyway, and
    /// versions of coarse clocks can be the same for two changes.
    public func advanced(by next: RowVersion) -> RowVersion? {
        if next == .tombstone { return flags.contains(.delete) ? nil : self }
        guard next.logPosition > 0 else { return marked(by: next) }
        let isBehind = next.logPosition < logPosition && (next.seconds <= seconds || next.seconds == 0 || seconds == 0)
        if next.flags.contains(.snapshot) {
            if isBehind { return nil }
            // What was streamed before the snapshot stays known, so that it is known when it comes again.
            let keeps = logPosition > 0 && !flags.contains(.snapshot) && !next.flags.contains(.commitOrder)
            return keeps ? marked(by: next) : next
        }
        if flags.contains(.snapshot), !flags.contains(.commitOrder) { return next }
        return isBehind ? nil : next
    }

    /// The version of a row that a stale message left as it was: of a delete sent again it remembers that the
    /// tombstone behind it is no news either.
    public func noting(_ stale: RowVersion) -> RowVersion {
        stale == .tombstone ? marked(by: .none) : stale.flags.contains(.delete) ? marked(by: stale) : self
    }

    /// The same log position, with the newest message's mark of a delete.
    private func marked(by next: RowVersion) -> RowVersion {
        let mark = next.flags.intersection(.delete)
        return RowVersion(logPosition: logPosition, seconds: seconds, flags.subtracting(.delete).union(mark))
    }
}
