import Wire

extension Barrier {
    /// One of the settings that shaped the state, by name.
    func setting(_ name: String) -> String? {
        Self.byName(settings)[name[...]].map { String($0) }
    }

    /// The names of settings that are others now, in order.
    func changedSettings(_ fingerprint: String) -> [Substring] {
        guard settings != fingerprint else { return [] }
        let (old, new) = (Self.byName(settings), Self.byName(fingerprint))
        return Set(old.keys).union(new.keys)
            .filter { old[$0] != new[$0] && ($0 != Self.group || old[$0] != nil) }.sorted()
    }

    /// What changed, as an operator may read it.
    func difference(to fingerprint: String) -> String {
        let (old, new) = (Self.byName(settings), Self.byName(fingerprint))
        return changedSettings(fingerprint)
            .map { "\($0)=\(old[$0] ?? Self.absent) became \(new[$0] ?? Self.absent)" }.joined(
                separator: "; ")
    }

    /// Whose state it is; builds before the first release did not say so.
    static let group: Substring = "kafka.group_id"

    /// What is as it was from the first has no line.
    private static let absent: Substring = "(default)"

    private static func byName(_ settings: String) -> [Substring: Substring] {
        let lines = settings.split(separator: "\n").map { line in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (parts[0], parts.count > 1 ? parts[1] : "")
        }
        return Dictionary(lines) { $1 }
    }
}

extension StoredState {
    func isOfOtherTopic(than settings: PipelineSettings) -> Bool {
        barriers.values.contains { barrier in
            barrier.setting("input.topic").map { $0 != settings.inputTopic } ?? false
        }
    }

    /// Whether the state is laid out by another `input.keyed_by`: its barriers say so, or there are cells whose
    /// barrier lies elsewhere.
    func isLaidOut(otherwiseThan settings: PipelineSettings) -> Bool {
        // In another layout the barriers of a generation lie elsewhere, so that none may seem whole.
        let known = barriers.isEmpty ? unfinished : Array(barriers.values)
        if known.isEmpty { return settings.keyedBy == .product && !bucketSizes.isEmpty }
        return known.contains { barrier in
            barrier.setting("input.keyed_by").map { $0 != settings.keyedBy.rawValue } ?? false
        }
    }
}
