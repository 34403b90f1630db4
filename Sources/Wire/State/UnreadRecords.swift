/// The first record of the state topic that this release cannot read, and who wrote it.
///
/// Only checkpoint records name a release, and they follow the records of their checkpoint. So all of the topic is
/// read before anything is reported.
public struct UnreadRecords: Sendable {
    private let topic: String
    private let thisRelease: String
    private var first: (error: StateRecordError, location: StateRecord.Location)?
    /// The newest release that a checkpoint record names, if newer than this one.
    private var writer: String?

    public init(topic: String, thisRelease: String) {
        self.topic = topic
        self.thisRelease = thisRelease
    }

    /// A readable checkpoint record may name the release that wrote the unreadable ones.
    public mutating func saw(release: String) {
        if Self.isNewer(release, than: writer ?? thisRelease) { writer = release }
    }

    public mutating func note(_ error: StateRecordError, at location: StateRecord.Location) {
        if case .unknownVersion(_, _, let release?) = error { saw(release: release) }
        // Prefer an unknown version: unknown keys beside it are new kinds of that release.
        switch (first?.error, error) {
        case (nil, _), (.foreign, .unknownVersion), (.truncated, .unknownVersion): first = (error, location)
        default: break
        }
    }

    /// The sentence for an operator, once everything was read: where the record is, who wrote it, what to do.
    public var problem: String? {
        guard let (error, location) = first else { return nil }
        let record = "\(topic)[\(location.partition.rawValue)] at offset \(location.offset.rawValue)"
        switch error {
        case .foreign, .truncated:
            return
                "\(record) is not a record that stockd \(thisRelease) knows: another program writes to the topic, or "
                + "a newer release of stockd does. Set state.topic to a topic of stockd's own, or run that release."
        case .unknownVersion(let version, let kind, _):
            return
                "\(record) was written by \(writer.map { "stockd \($0)" } ?? "a newer release of stockd") in version "
                + "\(version) of records \(kind), which stockd \(thisRelease) does not read. Run that release or "
                + "newer."
        }
    }

    /// Compares the numbers of two releases.
    static func isNewer(_ one: String, than other: String) -> Bool {
        func numbers(_ release: String) -> [Int] {
            release.split(separator: ".").map { Int($0.prefix { $0.isWholeNumber }) ?? 0 }
        }
        return numbers(other).lexicographicallyPrecedes(numbers(one))
    }
}
