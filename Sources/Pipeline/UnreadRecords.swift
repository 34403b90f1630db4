public import Wire

/// What of the state topic this release cannot read, and who wrote it.
///
/// Only barriers name a release, and they follow the records that they vouch for. So what cannot be read is noted,
/// and reading goes on until a barrier tells.
public struct UnreadRecords: Sendable {
    private let topic: String
    private let thisRelease: String
    private var first: (error: StateRecordError, place: StateRecord.Place)?
    /// The newest release that a barrier names, if newer than this one.
    private var writer: String?

    public init(topic: String, thisRelease: String) {
        self.topic = topic
        self.thisRelease = thisRelease
    }

    /// A barrier that can be read may be of the release that wrote what cannot.
    public mutating func saw(_ barrier: Barrier) {
        if Self.isNewer(barrier.release, than: writer ?? thisRelease) { writer = barrier.release }
    }

    /// - Throws: `misconfigured` when nothing more is to be learnt.
    public mutating func note(_ error: StateRecordError, at place: StateRecord.Place) throws(LogFailure) {
        if first == nil { first = (error, place) }
        switch error {
        case .unknownVersion(_, _, let release?): writer = release
        case .unknownVersion: return
        // Beside records of a newer release those are new kinds of it.
        case .foreign, .truncated: if case .unknownVersion? = first?.error { return }
        }
        try check()
    }

    /// To be called when everything was read.
    /// - Throws: `misconfigured` for the first record that could not be.
    public func check() throws(LogFailure) {
        guard let first else { return }
        throw .misconfigured(
            first.error.explained(topic: topic, at: first.place, writer: writer, thisRelease: thisRelease))
    }

    /// Compares the numbers of two releases.
    static func isNewer(_ one: String, than other: String) -> Bool {
        func numbers(_ release: String) -> [Int] {
            release.split(separator: ".").map { Int($0.prefix { $0.isWholeNumber }) ?? 0 }
        }
        return numbers(other).lexicographicallyPrecedes(numbers(one))
    }
}
