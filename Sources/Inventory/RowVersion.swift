/// Orders the versions of one database row, so that a change sent again after a connector's restart never overwrites
/// a newer one.
///
/// A version is a position in the database's log and the database's time. A change is stale when **both** are behind
/// the known version: a position alone can fall back when the database is restored or another server takes over.
/// Where the two cannot tell, the order of the topic decides.
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

    /// A message without a value. Right after a delete it repeats it, for the broker's compaction. Alone it is a
    /// delete: unwrapped rows may have no other, and compaction may have dropped the one it repeated.
    public static let tombstone = RowVersion(logPosition: 1, seconds: 0, .tombstone)

    public struct Flags: OptionSet, Sendable {
        public let rawValue: UInt64
        public init(rawValue: UInt64) { self.rawValue = rawValue }

        /// A row as a snapshot read it.
        public static let snapshot = Flags(rawValue: 1 << 63)
        /// A delete. The tombstone that follows it adds nothing.
        public static let delete = Flags(rawValue: 1 << 62)
        /// The log is in commit order (MySQL's binary log), so a snapshot's position divides it exactly. In
        /// PostgreSQL's log, a transaction that was open during the snapshot is before that position and is sent
        /// after it.
        public static let commitOrder = Flags(rawValue: 1 << 61)
        static let tombstone: Flags = [.snapshot, .delete, .commitOrder]
        static let mask: UInt64 = 7 << 61
    }

    var flags: Flags { Flags(rawValue: position & Flags.mask) }
    private var logPosition: UInt64 { position & ~Flags.mask }

    /// The row's version after a message of version `next`; nil when that message is stale and must change nothing,
    /// which `noting` then remembers.
    ///
    /// A message of the same version is not stale: applied again it changes nothing, and with a coarse clock two
    /// changes can have one version.
    public func advanced(by next: RowVersion) -> RowVersion? {
        if next == .tombstone { return flags.contains(.delete) ? nil : self }
        guard next.logPosition > 0 else { return marked(by: next) }
        let isBehind = next.logPosition < logPosition && (next.seconds <= seconds || next.seconds == 0 || seconds == 0)
        if next.flags.contains(.snapshot) {
            if isBehind { return nil }
            // Keep the streamed version, to recognise a change from before the snapshot that is sent again.
            let keeps = logPosition > 0 && !flags.contains(.snapshot) && !next.flags.contains(.commitOrder)
            return keeps ? marked(by: next) : next
        }
        if flags.contains(.snapshot), !flags.contains(.commitOrder) { return next }
        return isBehind ? nil : next
    }

    /// The row's version after a stale message. After a stale delete it remembers that the tombstone behind it is
    /// stale, too.
    public func noting(_ stale: RowVersion) -> RowVersion {
        stale == .tombstone ? marked(by: .none) : stale.flags.contains(.delete) ? marked(by: stale) : self
    }

    /// The same log position, with the delete flag of the newest message.
    private func marked(by next: RowVersion) -> RowVersion {
        let mark = next.flags.intersection(.delete)
        return RowVersion(logPosition: logPosition, seconds: seconds, flags.subtracting(.delete).union(mark))
    }
}
