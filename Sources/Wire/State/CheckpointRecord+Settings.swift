extension CheckpointRecord {
    /// One of the settings that shaped the state, by name.
    public func setting(_ name: String) -> String? {
        Self.byName(settings)[name[...]].map { String($0) }
    }

    /// The names of settings that changed, in order.
    public func changedSettings(_ fingerprint: String) -> [Substring] {
        guard settings != fingerprint else { return [] }
        let (old, new) = (Self.byName(settings), Self.byName(fingerprint))
        return Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }.sorted()
    }

    /// What changed, as an operator may read it.
    public func difference(to fingerprint: String) -> String {
        let (old, new) = (Self.byName(settings), Self.byName(fingerprint))
        return changedSettings(fingerprint)
            .map { "\($0)=\(old[$0] ?? Self.absent) became \(new[$0] ?? Self.absent)" }.joined(separator: "; ")
    }

    /// The setting that names the owner of the state.
    public static let group: Substring = "kafka.group_id"

    /// A setting that has its default may have no line.
    private static let absent: Substring = "(default)"

    private static func byName(_ settings: String) -> [Substring: Substring] {
        let lines = settings.split(separator: "\n").map { line in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (parts[0], parts.count > 1 ? parts[1] : "")
        }
        return Dictionary(lines) { $1 }
    }
}
