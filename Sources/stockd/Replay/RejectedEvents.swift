import Wire

/// Reports rejected events on standard error and counts them by reason.
struct RejectedEvents {
    private(set) var byReason: [BadEvent.Reason: Int] = [:]
    /// A file of another kind has a rejected event on every line.
    private static let mostReported = 20

    /// - Parameter position: the file and the line.
    mutating func add(_ error: BadEvent, at position: String) {
        let count = byReason[error.reason, default: 0] + 1
        byReason[error.reason] = count
        if count <= Self.mostReported {
            printError("\(position): \(error.reason.rawValue): \(error.message)")
        } else if count == Self.mostReported + 1 {
            printError("\(position): \(error.reason.rawValue) again; from here on such events are only counted")
        }
    }
}
