/// A value that must never reach a log: printing, interpolating or dumping it shows nothing of it.
public struct Secret: Hashable, Sendable {
    private let value: String

    public init(_ value: String) {
        self.value = value
    }

    /// The value itself, for the call that needs it and nothing else.
    public func reveal() -> String { value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { Mistake.redacted }
    public var debugDescription: String { Mistake.redacted }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
