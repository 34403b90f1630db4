/// Why a worker ended by itself; the process ends with the matching exit code.
public struct StopReason: Error, Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
        /// The configuration does not fit what was found in Kafka (exit 78).
        case configuration
        /// The broker stayed away past its deadline (exit 69).
        case unavailable
        /// What is stored cannot be used (exit 65).
        case data
        /// Something that should not happen (exit 70).
        case internalError
    }

    public var kind: Kind
    /// What was found, and what the operator can do.
    public var message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}
