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
        let old = Dictionary(settings.map { ($0.key.name, $0) }) { first, _ in first }
        return new.settings.compactMap { setting in
            guard let old = old[setting.key.name], !old.hasSameValue(as: setting) else { return nil }
            return Change(old: old, new: setting)
        }
    }
}

extension Configuration.Change: CustomStringConvertible {
    public var description: String {
        let outcome = isApplied ? "applied" : "needs a restart"
        return "\(new.key.name): \(old.value) is now \(new.value) (\(new.origin)); \(outcome)"
    }
}
