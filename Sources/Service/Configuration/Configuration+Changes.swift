extension Configuration {
    /// A key whose value changed.
    public struct Change: Sendable {
        public let old: Setting
        public let new: Setting

        /// Whether the running daemon applies the new value; otherwise it needs a restart.
        public var isApplied: Bool { new.key.isReloadable }
    }

    /// The keys whose values differ in a re-read configuration, in the order of the keys.
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
