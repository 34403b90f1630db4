import Foundation
import TestSupport

/// An HTTP server that gives scripted answers and keeps what it was asked.
final class StandIn {
    struct Answer: Encodable {
        var status: Int?
        var headers: [String: String]?
        var body: String?
        /// So many bytes after the body.
        var padding: Int?
        var does: String?

        static func status(_ status: Int, _ body: String = "", _ headers: [String: String] = [:]) -> Self {
            Answer(status: status, headers: headers, body: body)
        }

        static let hang = Answer(does: "hang")
        static let close = Answer(does: "close")
    }

    struct Request: Decodable {
        var path: String
        var headers: [String: String]
        var body: Data
        /// The client's port, the same for all requests of a connection.
        var client: Int

        func json() throws -> [String: Any] {
            guard let object = try JSONSerialization.jsonObject(with: body) as? [String: Any] else {
                throw Failure("the body is no JSON object")
            }
            return object
        }

        func list() throws -> [[String: Any]] {
            guard let list = try JSONSerialization.jsonObject(with: body) as? [[String: Any]] else {
                throw Failure("the body is no JSON array of objects")
            }
            return list
        }
    }

    let url: String
    var port: Int { process.port }
    private let process: ServerProcess

    init(_ answers: [Answer] = [.status(200, "ok")], certificate: TestCertificate? = nil, isOld: Bool = false) throws {
        let script = String(decoding: try JSONEncoder().encode(answers), as: UTF8.self)
        process = try ServerProcess(
            "http_server.py",
            [script] + (certificate.map { [$0.server] } ?? [])
                + (isOld ? ["old"] : []))
        url = "\(certificate == nil ? "http" : "https")://127.0.0.1:\(process.port)"
    }

    /// Waits for the next request.
    func next() throws -> Request { try process.next() }
}
