import HTTPTypes
import HummingbirdCore
import Inventory
import Logging
import NIOCore
import Pipeline
import ServiceLifecycle
import Wire

/// An HTTP/1.1 server on hummingbird's core, without its router and middleware.
struct Listener {
    let settings: WebSettings
    let traffic: WebTraffic
    let loop: any EventLoopGroup
    let logger: Logger
    let onListening: @Sendable (_ port: Int?) -> Void

    /// Answers requests until the task is cancelled or shut down gracefully.
    func run(_ respond: @escaping @Sendable (Request) async -> Response) async throws {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let channel = GuardedChannel(settings, traffic) { (request, writer: consuming ResponseWriter, _) in
            var response = await respond(request)
            response.headers[.date] = InternetDate.string(
                Timestamp(microseconds: wallMicroseconds()), zone: "GMT")
            try await writer.write(response: response.head, body: response.body)
        }
        let server = channel.server(
            configuration: ServerConfiguration(address: .hostname(settings.host, port: settings.port)),
            onServerRunning: { onListening($0.localAddress?.port) }, eventLoopGroup: loop, logger: quiet)
        try await server.run()
        // It also returns when the listening socket was closed under it.
        guard Task.isShuttingDownGracefully || Task.isCancelled else { throw ListenerClosed() }
    }
}

/// Nobody asked for the end.
private struct ListenerClosed: Error, CustomStringConvertible {
    var description: String { "the listening socket was closed" }
}
