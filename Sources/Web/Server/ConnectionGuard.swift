import NIOCore

/// Stands before the HTTP decoder of one connection and bounds what a client can make it hold or wait for: the
/// size of a request's head and body, how long the head takes, and how long a response may lie unread.
///
/// All of it happens on the connection's event loop.
final class ConnectionGuard: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let settings: WebSettings
    private let traffic: WebTraffic
    private let admission: WebTraffic.Admission
    /// Told of request heads and ends by `RequestSpans`, which sits behind the decoder.
    private let spans: RequestSpans
    private var headBytes = 0
    private var bodyBytes = 0
    private var headTimer: Scheduled<Void>?
    private var writeTimer: Scheduled<Void>?
    private var isRejected = false
    /// Nothing of a response was sent yet, so a rejection can still be read as one.
    private var isSilent = true

    init(
        _ settings: WebSettings, _ traffic: WebTraffic, _ admission: WebTraffic.Admission,
        _ spans: RequestSpans
    ) {
        self.settings = settings
        self.traffic = traffic
        self.admission = admission
        self.spans = spans
    }

    func handlerAdded(context: ChannelHandlerContext) {
        spans.onHead = { [self] in
            headTimer?.cancel()
            headTimer = nil
            headBytes = 0
            bodyBytes = 0
        }
        spans.onEnd = { [self] in
            isSilent = true
            bodyBytes = 0
            headBytes = 0
        }
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        if admission == .refused {
            reject(context, 503, "Service Unavailable", "too many connections are open", retryAfter: true)
        } else if headTimer == nil {
            startHeadTimer(context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        headTimer?.cancel()
        writeTimer?.cancel()
        traffic.leave(admission)
        context.fireChannelInactive()
    }

    private func startHeadTimer(_ context: ChannelHandlerContext) {
        headTimer = context.eventLoop.assumeIsolated().scheduleTask(
            in: .seconds(Int64(settings.headSeconds))
        ) { [self] in
            reject(
                context, 408, "Request Timeout",
                "the request line and headers did not arrive within \(settings.headSeconds) s")
        }
    }

    // MARK: What the client sends

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isRejected { return }
        let count = unwrapInboundIn(data).readableBytes
        if spans.isInBody {
            bodyBytes += count
            if bodyBytes > settings.maxBodyBytes {
                return reject(
                    context, 413, "Content Too Large",
                    "a request's body may have at most \(settings.maxBodyBytes) bytes")
            }
        } else {
            if headBytes == 0, headTimer == nil { startHeadTimer(context) }
            headBytes += count
            if headBytes > settings.maxHeadBytes {
                return reject(
                    context, 431, "Request Header Fields Too Large",
                    "the request line and headers may have at most \(settings.maxHeadBytes) bytes")
            }
        }
        context.fireChannelRead(data)
    }

    /// Says why, in plain HTTP below the encoder, and closes. What the client still sends is thrown away for a
    /// moment first: closing over unread bytes would take the response back.
    private func reject(
        _ context: ChannelHandlerContext, _ status: Int, _ title: String, _ detail: String,
        retryAfter: Bool = false
    ) {
        guard !isRejected else { return }
        isRejected = true
        headTimer?.cancel()
        traffic.count("none", status)
        guard isSilent else { return context.close(promise: nil) }
        let body = ResponseContent(Problem(status, title, detail)).bytes
        var head = "HTTP/1.1 \(status) \(title)\r\ncontent-type: application/problem+json\r\n"
        head += "content-length: \(body.count)\r\nconnection: close\r\n"
        if retryAfter { head += "retry-after: 1\r\n" }
        var buffer = context.channel.allocator.buffer(capacity: head.utf8.count + body.count + 2)
        buffer.writeString(head + "\r\n")
        buffer.writeBytes(body)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        context.close(mode: .output, promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { context.close(promise: nil) }
    }

    // MARK: What it is sent

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if isRejected {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        isSilent = false
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            writeTimer?.cancel()
            writeTimer = nil
        } else if writeTimer == nil {
            writeTimer = context.eventLoop.assumeIsolated().scheduleTask(
                in: .seconds(Int64(settings.writeSeconds))
            ) { [self] in
                traffic.dropped()
                context.close(promise: nil)
            }
        }
        context.fireChannelWritabilityChanged()
    }
}
