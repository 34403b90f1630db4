import Logging
import Synchronization

/// Collects what is logged: message and metadata in one line each.
final class LineLog: LogHandler, Sendable {
    private let collected = Mutex<[String]>([])

    var lines: [String] { collected.withLock { $0 } }

    func removeAll() { collected.withLock { $0 = [] } }

    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }

    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        collected.withLock { $0.append((["\(event.message)"] + fields).joined(separator: " ")) }
    }
}
