import CRDKafka

/// Gives memory back to the system once a backlog has been worked off.
///
/// What librdkafka fetched ahead is freed record by record, and glibc keeps the pages for the next time: tens of
/// megabytes that a quiet daemon has no use for.
struct BacklogMemory {
    /// Fewer records leave too little behind to look for it, which takes a few milliseconds.
    private static let backlog = 100_000

    private var records = 0

    mutating func note(_ count: Int) { records += count }

    /// To be called when nothing waits.
    mutating func giveBack() {
        guard records >= Self.backlog else { return }
        records = 0
        #if canImport(Glibc)
        malloc_trim(0)
        #endif
    }
}
