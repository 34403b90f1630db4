import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Sends requests to a daemon's HTTP interface, each on a connection of its own.
public struct WebClient: Sendable {
    public let address: WebAddress
    private let token: String?
    /// For the whole of a request.
    private let timeout: Duration
    private static let bodyLimit = 1 << 28

    public init(_ address: WebAddress, token: String?, timeout: Duration = .seconds(10)) {
        self.address = address
        self.token = token
        self.timeout = timeout
    }

    public struct Response: Sendable {
        public var status = 0
        /// By lower-case name.
        public var headers: [String: String] = [:]
        public var body: [UInt8] = []
    }

    /// Requests a path.
    /// - Throws: when there is no response in time. A response of any status is returned.
    public func get(_ path: String, _ query: [(String, String)] = []) async throws(WebClientFailure)
        -> Response
    {
        let target = query.isEmpty ? path : path + "?" + Self.encoded(query)
        let work = Task { try await exchange(target) }
        let limit = Task {
            try await Task.sleep(for: timeout)
            work.cancel()
        }
        defer { limit.cancel() }
        do {
            return try await work.value
        } catch let failure as WebClientFailure {
            throw failure
        } catch is CancellationError {
            throw .away("\(address) does not answer within \(timeout.components.seconds) s")
        } catch {
            throw .away("no daemon answers at \(address): \(Self.reason(error))")
        }
    }

    private func exchange(_ target: String) async throws -> Response {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(5))
            .connect(host: address.host, port: address.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                        wrappingChannelSynchronously: channel)
                }
            }
        var headers = HTTPHeaders([
            ("Host", address.authority), ("Connection", "close"), ("User-Agent", "stockd"),
        ])
        if let token { headers.add(name: "Authorization", value: "Bearer \(token)") }
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: target, headers: headers)
        return try await channel.executeThenClose { inbound, outbound in
            // At once: the server answers the head, and may have closed the connection before the end is written.
            try await outbound.write(contentsOf: [.head(head), .end(nil)])
            return try await Self.read(inbound, address)
        }
    }

    private static func read(
        _ parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>, _ address: WebAddress
    ) async throws -> Response {
        var response = Response()
        for try await part in parts {
            switch part {
            case .head(let head):
                response.status = Int(head.status.code)
                for (name, value) in head.headers { response.headers[name.lowercased()] = value }
            case .body(let bytes):
                guard response.body.count + bytes.readableBytes <= bodyLimit else {
                    throw WebClientFailure.away("\(address) answers with more than \(bodyLimit) bytes")
                }
                response.body += bytes.readableBytesView
            case .end: return response
            }
        }
        try Task.checkCancellation()
        throw WebClientFailure.away("\(address) closed the connection in the middle of its response")
    }

    private static func reason(_ error: any Error) -> String {
        if let error = error as? NIOConnectionError {
            return error.connectionErrors.first.map { reason($0.error) }
                ?? "the name \(error.host) is not known"
        }
        if let error = error as? IOError { return String(cString: strerror(error.errnoCode)) }
        if error is HTTPParserError { return "the server there does not speak HTTP" }
        return "\(error)"
    }

    /// `name=value&…`, everything but unreserved characters escaped (RFC 3986).
    static func encoded(_ query: [(String, String)]) -> String {
        query.map { escaped($0) + "=" + escaped($1) }.joined(separator: "&")
    }

    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.map { byte -> String in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                return String(UnicodeScalar(byte))
            default:
                return "%" + String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            }
        }.joined()
    }
}
