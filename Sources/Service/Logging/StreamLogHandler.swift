internal import Glibc
internal import Inventory
public import Logging

/// Writes swift-log's events as lines of one style to one sink.
public struct StreamLogHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let style: LogStyle
    private let sink: LogSink
    private let shared: LogLevelSwitch
    private var own: Logger.Level?

    public init(label: String, style: LogStyle, sink: LogSink, level: LogLevelSwitch) {
        self.label = label
        self.style = style
        self.sink = sink
        shared = level
    }

    /// The shared level unless this logger was given its own.
    public var logLevel: Logger.Level {
        get { own ?? shared.level }
        set { own = newValue }
    }

    public subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
        if let given = event.metadata { fields.merge(given) { $1 } }
        if let error = event.error { fields["error"] = "\(error)" }
        let line = LogLine(
            time: Self.now(), level: event.level, label: label, message: "\(event.message)",
            fields: fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        sink.write(line.written(style))
    }

    private static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}

/// The process's log.
public struct LogOutput: Sendable {
    public let style: LogStyle
    public let level: LogLevelSwitch
    private let sink: LogSink

    /// - Parameter environment: Says whether the journal listens and whether colours are wanted.
    public init(_ settings: Configuration.Log, environment: [String: String], descriptor: Int32 = 2) {
        style = LogStyle(settings.format, environment: environment, descriptor: descriptor)
        level = LogLevelSwitch(settings.level)
        sink = LogSink(descriptor: descriptor)
    }

    /// A logger of this output. Libraries make theirs by label, through `bootstrap`.
    public func logger(_ label: String) -> Logger {
        Logger(label: label, factory: handler)
    }

    /// Makes every logger of the process write here; once in a process.
    public func bootstrap() {
        LoggingSystem.bootstrap(handler)
    }

    private func handler(_ label: String) -> any LogHandler {
        StreamLogHandler(label: label, style: style, sink: sink, level: level)
    }
}
