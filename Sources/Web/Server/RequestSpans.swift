import NIOCore
import NIOHTTPTypes

/// Stands behind the HTTP decoder and tells the connection's guard where requests begin and end.
final class RequestSpans: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    var onHead: () -> Void = {}
    var onEnd: () -> Void = {}
    private(set) var isInBody = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            isInBody = true
            onHead()
        case .body: break
        case .end:
            isInBody = false
            onEnd()
        }
        context.fireChannelRead(data)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        onHead = {}
        onEnd = {}
    }
}
