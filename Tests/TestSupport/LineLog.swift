public import Logging
import Synchronization

/// Collects what is logged: message and metadata in one line each.
public final class LineLog: LogHandler, Sendable {
    private let collected = Mutex<[String]>([])

    public init() {}

    public var lines: [String] { collected.withLock { $0 } }

    /// A logger that writes here.
    public var logger: Logger { Logger(label: "test") { _ in self } }

    public func removeAll() { collected.withLock { $0 = [] } }

    public var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    public var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }

    public subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    public func log(event: LogEvent) {
        let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        collected.withLock { $0.append((["\(event.message)"] + fields).joined(separator: " ")) }
    }
}
