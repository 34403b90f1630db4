internal import Glibc
internal import Synchronization
internal import Wire

/// Tells systemd how the service is, over the socket named by `NOTIFY_SOCKET` (`sd_notify(3)`).
///
/// Without that variable every call does nothing. A message that cannot be sent is dropped: the service does
/// not depend on who watches it.
public final class SystemdNotifier: Sendable {
    /// A message to systemd.
    public enum Message: Equatable, Sendable {
        /// Start-up or a reload is complete.
        case ready
        /// Shutting down has begun.
        case stopping
        /// A reload has begun; `ready` ends it. systemd 253 and later match it to SIGHUP by the time in it.
        case reloading
        /// One line for `systemctl status`.
        case status(String)
        /// Still alive and making progress.
        case watchdog
    }

    private let descriptor: Int32
    private let address: SocketAddress?
    private let lastStatus = Mutex("")
    private let wasReady = Atomic(false)

    /// - Parameter environment: The process's variables. The notification socket is not passed on to children
    ///   by this, and none are started.
    public init(environment: [String: String]) {
        address = environment["NOTIFY_SOCKET"].flatMap { SocketAddress($0) }
        descriptor = address == nil ? -1 : Self.makeSocket()
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Whether anyone listens.
    public var isConnected: Bool { descriptor >= 0 }

    /// Sends the messages as one; true when systemd has them.
    @discardableResult
    public func send(_ messages: Message...) -> Bool {
        guard descriptor >= 0, let address else { return false }
        if messages.contains(.ready) { wasReady.store(true, ordering: .relaxed) }
        let text = messages.map(Self.written).joined(separator: "\n")
        return address.withPointer { pointer, length in
            Array(text.utf8).withUnsafeBytes { bytes in
                // Not waiting: a manager that does not read must not stop a worker.
                sendto(
                    descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT),
                    pointer, length) == bytes.count
            }
        }
    }

    /// Sends a status line unless it is the one systemd already shows.
    public func status(_ text: String) {
        let isNew = lastStatus.withLock { last in
            defer { last = text }
            return last != text
        }
        if isNew { send(.status(text)) }
    }

    /// Runs a reload between the two messages that frame it. Before the service is ready it sends neither, since the
    /// second would report it ready too early.
    public func reload<Result>(_ work: () throws -> Result) rethrows -> Result {
        guard wasReady.load(ordering: .relaxed) else { return try work() }
        send(.reloading)
        defer { send(.ready) }
        return try work()
    }

    private static func makeSocket() -> Int32 {
        socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    }

    private static func written(_ message: Message) -> String {
        switch message {
        case .ready: "READY=1"
        case .stopping: "STOPPING=1"
        case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(monotonicMicroseconds())"
        // A line's end would begin another assignment; the rest is for systemctl's terminal.
        case .status(let text):
            "STATUS=" + EscapedText.of(text.map { $0.isNewline ? " " : String($0) }.joined())
        case .watchdog: "WATCHDOG=1"
        }
    }

    /// The clock that systemd compares reloads by.
    public static func monotonicMicroseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
