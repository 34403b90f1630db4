import Logging
import Synchronization

/// A log that a test can read.
final class LineLog: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    var logger: Logger {
        var logger = Logger(label: "lines") { _ in Handler(log: self) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let log: LineLog
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let facility = event.metadata?["facility"].map { "\($0)" } ?? ""
            let client = event.metadata?["client"].map { "\($0)" } ?? ""
            log.lines.withLock { $0.append("\(facility) \(client) \(event.message)") }
        }
    }
}
