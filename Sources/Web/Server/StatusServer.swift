import HTTPTypes
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
import Synchronization

/// Metrics and health over HTTP, for a daemon that shows nothing else.
public final class StatusServer: Service {
    /// A page that a GET of its path returns.
    public struct Page: Sendable {
        public var status: Int
        public var type: String
        public var text: String

        public init(status: Int = 200, type: String = "text/plain; charset=utf-8", text: String) {
            self.status = status
            self.type = type
            self.text = text
        }
    }

    private let settings: WebSettings
    private let key: String
    private let pages: [String: @Sendable () -> Page]
    private let logger: Logger
    private let boundPort = Mutex<Int?>(nil)

    /// - Parameters:
    ///   - key: the setting that names the address.
    ///   - pages: what is shown, by path.
    public init(_ settings: WebSettings, key: String, pages: [String: @Sendable () -> Page], logger: Logger) {
        self.settings = settings
        self.key = key
        self.pages = pages
        self.logger = logger
    }

    /// The port it listens on; nil until it does.
    public var port: Int? { boundPort.withLock { $0 } }

    public func run() async throws {
        let listener = Listener(
            settings: settings, traffic: WebTraffic(), loop: MultiThreadedEventLoopGroup.singleton, logger: logger
        ) { port in
            self.boundPort.withLock { $0 = port }
            self.logger.notice("listening on http://\(self.settings.host):\(port ?? 0)")
        }
        let responder = StatusResponder(pages: pages)
        var failure: WebFailure?
        do { try await listener.run { responder.respond(to: $0) } } catch { failure = failed(error) }
        if let failure { throw failure }
    }

    private func failed(_ error: any Error) -> WebFailure? {
        guard port != nil else { return WebFailure(cannotListen: settings, key: key, error) }
        if !(error is CancellationError) { logger.error("metrics and health failed until a restart: \(error)") }
        return nil
    }
}

private struct StatusResponder {
    let pages: [String: @Sendable () -> StatusServer.Page]

    func respond(to request: Request) -> Response {
        guard request.method == .get || request.method == .head else {
            return Response(status: .methodNotAllowed, headers: [.allow: "GET, HEAD"])
        }
        guard let page = pages[request.uri.path]?() else {
            let paths = pages.keys.sorted().joined(separator: ", ")
            return Self.response(
                .init(status: 404, text: "there is nothing at this path, only at \(paths)\n"), request)
        }
        return Self.response(page, request)
    }

    private static func response(_ page: StatusServer.Page, _ request: Request) -> Response {
        let body = ByteBuffer(string: page.text)
        return Response(
            status: HTTPResponse.Status(code: page.status),
            headers: [.contentType: page.type, .cacheControl: "no-store", .contentLength: "\(body.readableBytes)"],
            body: request.method == .head ? ResponseBody() : ResponseBody(byteBuffer: body))
    }
}
