import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// hummingbird's HTTP/1.1 connection with a guard before it.
struct GuardedChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    private let settings: WebSettings
    private let traffic: WebTraffic
    private let responder: HTTPChannelHandler.Responder

    init(_ settings: WebSettings, _ traffic: WebTraffic, _ responder: @escaping HTTPChannelHandler.Responder) {
        self.settings = settings
        self.traffic = traffic
        self.responder = responder
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let admission = traffic.enter(limit: settings.maxConnections)
        guard admission != .ignored else {
            // Too many to tell each of them why.
            return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
        }
        let spans = RequestSpans()
        do {
            // Otherwise the kernel takes megabytes for a client that reads nothing, and nobody notices.
            try channel.syncOptions?.setOption(.socketOption(.so_sndbuf), value: 131_072)
            try channel.pipeline.syncOperations.addHandler(ConnectionGuard(settings, traffic, admission, spans))
        } catch {
            traffic.leave(admission)
            return channel.eventLoop.makeFailedFuture(error)
        }
        let bound = NIOLoopBound(spans, eventLoop: channel.eventLoop)
        return http1 { [bound.value] }.setup(channel: channel, logger: logger)
    }

    func handle(value: Value, logger: Logger) async {
        await http1 { [] }.handle(value: value, logger: logger)
    }

    private func http1(_ handlers: @escaping @Sendable () -> [any RemovableChannelHandler]) -> HTTP1Channel {
        HTTP1Channel(
            responder: responder,
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: handlers(), idleTimeout: .seconds(Int64(settings.idleSeconds))))
    }
}
