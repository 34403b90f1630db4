import Inventory
public import Logging
import NIOCore
import NIOPosix
import Pipeline
public import ServiceLifecycle
import Synchronization

/// The HTTP interface could not be brought up (exit 74).
public struct WebFailure: Error, CustomStringConvertible, Sendable {
    public let description: String

    /// - Parameter key: the setting that names the address.
    init(cannotListen settings: WebSettings, key: String, _ error: any Error) {
        let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
        description =
            "\(key): cannot listen on \(settings.host):\(settings.port): \(reason); free the port, choose another, "
            + "or set null for no HTTP"
    }
}

/// The HTTP interface, from the first moment of the daemon to its end.
///
/// It has an event loop and a reading thread of its own. A failure after it has come up is logged and ends the
/// interface alone, never the daemon.
public final class WebServer: Service {
    private let settings: WebSettings
    private let source: WebSource
    private let logger: Logger
    private let boundPort = Mutex<Int?>(nil)

    public init(_ settings: WebSettings, _ source: WebSource, logger: Logger) {
        self.settings = settings
        self.source = source
        self.logger = logger
    }

    /// The port it listens on; nil until it does.
    public var port: Int? { boundPort.withLock { $0 } }

    public func run() async throws {
        let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let hub = ChangeHub(source.store, limit: settings.maxStreams)
        let reader = ReadThread(source.store, source.ids)
        let rate = EventRate()
        let trend = AlertTrend()
        let failure = await serve(loop, hub, reader, rate, trend)
        hub.end()
        await reader.stop()
        try? await loop.shutdownGracefully()
        if let failure { throw failure }
    }

    private func serve(
        _ loop: MultiThreadedEventLoopGroup, _ hub: ChangeHub, _ reader: ReadThread, _ rate: EventRate,
        _ trend: AlertTrend
    ) async -> WebFailure? {
        return await withTaskGroup(of: WebFailure?.self) { group in
            group.addTask {
                do {
                    try await self.listen(loop, hub, reader, rate, trend)
                    return nil
                } catch {
                    return self.failed(error)
                }
            }
            group.addTask {
                await self.tick(hub, rate, trend)
                return nil
            }
            let first = await group.next() ?? nil
            if first == nil, Task.isShuttingDownGracefully {
                // Streams end at once; whoever still reads a response gets a moment.
                hub.end()
                group.addTask {
                    try? await Task.sleep(for: .seconds(1))
                    return nil
                }
                _ = await group.next()
            }
            group.cancelAll()
            return first
        }
    }

    private func failed(_ error: any Error) -> WebFailure? {
        guard port != nil else {
            return WebFailure(cannotListen: settings, key: "http.listen", error)
        }
        if !(error is CancellationError) {
            logger.error("the HTTP interface failed; alerts go on without it until a restart: \(error)")
        }
        return nil
    }

    /// Samples the counters and the alerts, and wakes streams that wait for their next heartbeat; until the end.
    private func tick(_ hub: ChangeHub, _ rate: EventRate, _ trend: AlertTrend) async {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            rate.look(events: source.counts().reduce(0) { $0 + $1.input.effective }, at: monotonicMicroseconds())
            if source.keepsHistory { trend.look(source.store, now: Timestamp(microseconds: wallMicroseconds())) }
            hub.wakeAll()
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    private func listen(
        _ loop: MultiThreadedEventLoopGroup, _ hub: ChangeHub, _ reader: ReadThread, _ rate: EventRate,
        _ trend: AlertTrend
    ) async throws {
        let traffic = WebTraffic()
        let responder = Responder(
            settings: settings, source: source, traffic: traffic, hub: hub, reader: reader,
            access: AccessControl(settings), rate: rate, trend: trend,
            startedAt: Timestamp(microseconds: wallMicroseconds()))
        let listener = Listener(settings: settings, traffic: traffic, loop: loop, logger: logger) { port in
            self.boundPort.withLock { $0 = port }
            self.source.onListening()
            self.logger.notice("listening on http://\(self.settings.host):\(port ?? 0)")
        }
        try await listener.run { await responder.respond(to: $0) }
    }
}
