internal import Glibc

/// How log lines look.
public enum LogStyle: Equatable, Sendable {
    /// For people, with colours or without.
    case text(colour: Bool)
    /// One JSON object a line.
    case json
    /// With systemd's priorities and without times, which the journal adds itself.
    case journal

    /// The style that a setting means for a stream.
    ///
    /// - Parameter descriptor: The stream that lines go to.
    public init(_ format: Configuration.Log.Format, environment: [String: String], descriptor: Int32 = 2) {
        let isQuiet = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        let text = LogStyle.text(colour: isatty(descriptor) == 1 && !isQuiet && environment["TERM"] != "dumb")
        switch format {
        case .text: self = text
        case .json: self = .json
        case .journal: self = .journal
        case .auto: self = Self.isJournal(descriptor, environment["JOURNAL_STREAM"]) ? .journal : text
        }
    }

    /// Whether the stream is the one that systemd connected to the journal. The variable alone does not say
    /// so: a child whose output was redirected inherits it.
    static func isJournal(_ descriptor: Int32, _ variable: String?) -> Bool {
        guard let variable else { return false }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        return variable == "\(status.st_dev):\(status.st_ino)"
    }
}
