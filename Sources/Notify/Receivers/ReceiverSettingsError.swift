/// A setting of a receiver that cannot be right. Thrown when the receiver is made.
public struct ReceiverSettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The setting's name in the receiver's settings, `url` for one.
    public var setting: String
    /// What is wrong and what would be right, without secrets: `must be …`.
    public var message: String

    public init(_ setting: String, _ message: String) {
        self.setting = setting
        self.message = message
    }

    public var description: String { "\(setting) \(message)" }
}
