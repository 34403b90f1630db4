public import Foundation
import TestSupport

/// An HTTP server that gives scripted answers and keeps what it was asked.
public final class StandIn {
    public struct Answer: Encodable, Sendable {
        public var status: Int?
        public var headers: [String: String]?
        public var body: String?
        /// So many bytes after the body.
        public var padding: Int?
        public var does: String?

        public init(
            status: Int? = nil, headers: [String: String]? = nil, body: String? = nil, padding: Int? = nil,
            does: String? = nil
        ) {
            self.status = status
            self.headers = headers
            self.body = body
            self.padding = padding
            self.does = does
        }

        public static func status(_ status: Int, _ body: String = "", _ headers: [String: String] = [:]) -> Self {
            Answer(status: status, headers: headers, body: body)
        }

        public static let hang = Answer(does: "hang")
        public static let close = Answer(does: "close")
    }

    public struct Request: Decodable {
        public var path: String
        public var headers: [String: String]
        public var body: Data
        /// The client's port, the same for all requests of a connection.
        public var client: Int

        public func json() throws -> [String: Any] {
            guard let object = try JSONSerialization.jsonObject(with: body) as? [String: Any] else {
                throw Failure("the body is no JSON object")
            }
            return object
        }

        public func list() throws -> [[String: Any]] {
            guard let list = try JSONSerialization.jsonObject(with: body) as? [[String: Any]] else {
                throw Failure("the body is no JSON array of objects")
            }
            return list
        }
    }

    public let url: String
    public var port: Int { process.port }
    private let process: ServerProcess

    /// - Parameter isOld: it speaks no TLS newer than 1.1.
    public init(
        _ answers: [Answer] = [.status(200, "ok")], certificate: TestCertificate? = nil, isOld: Bool = false
    ) throws {
        let script = String(decoding: try JSONEncoder().encode(answers), as: UTF8.self)
        process = try ServerProcess(
            "http_server.py", [script] + (certificate.map { [$0.server] } ?? []) + (isOld ? ["old"] : []))
        url = "\(certificate == nil ? "http" : "https")://127.0.0.1:\(process.port)"
    }

    /// Requests that nobody asked for yet.
    public var unread: Int { process.unread }

    /// Waits for the next request.
    public func next() throws -> Request { try process.next() }
}
