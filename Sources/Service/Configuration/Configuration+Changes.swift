extension Configuration {
    /// A key whose value is another than before.
    public struct Change: Sendable {
        public let old: Setting
        public let new: Setting

        /// Whether the running daemon takes the new value on; else it waits for a restart.
        public var isApplied: Bool { new.key.isReloadable }
    }

    /// What a re-read configuration has that this one has not, in the order of the keys.
    public func changes(to new: Configuration) -> [Change] {
        zip(settings, new.settings).filter { !$0.hasSameValue(as: $1) }.map { Change(old: $0, new: $1) }
    }
}

extension Configuration.Change: CustomStringConvertible {
    public var description: String {
        let outcome = isApplied ? "applied" : "needs a restart"
        return "\(new.key.name): \(old.value) is now \(new.value) (\(new.origin)); \(outcome)"
    }
}
