import HTTPTypes
import HummingbirdCore
import Inventory
import NIOCore
import Wire

/// The content of a response: bytes, their type, and what input they reflect.
struct ResponseContent: Sendable {
    var status = HTTPResponse.Status.ok
    var contentType: String
    var bytes: [UInt8]
    var headers: [(HTTPField.Name, String)] = []

    init(_ contentType: String, _ bytes: [UInt8]) {
        self.contentType = contentType
        self.bytes = bytes
    }

    /// A JSON object that reflects what was read.
    init(reflecting freshness: Freshness, capacity: Int = 4096, _ body: (inout JSONWriter) -> Void) {
        self.init(Media.json.contentType, JSONWriter.object(capacity: capacity, body))
        reflect(freshness)
    }

    init(_ problem: Problem) {
        status = HTTPResponse.Status(code: problem.status, reasonPhrase: problem.title)
        contentType = "application/problem+json"
        bytes = JSONWriter.object { json in
            json.field("type", "about:blank")
            json.field("title", problem.title)
            json.field("status", problem.status)
            json.field("detail", problem.detail)
            let extras = [
                ("parameter", problem.parameter), ("found", problem.found), ("expected", problem.expected),
            ]
            for case (let name, let value?) in extras { json.field(name, value) }
        }
        if let seconds = problem.retryAfter { headers.append((.retryAfter, "\(seconds)")) }
        if let allow = problem.allow { headers.append((.allow, allow)) }
        if problem.status == 401 { headers.append((.wwwAuthenticate, "Bearer realm=\"stockd\"")) }
    }

    /// Adds headers that say what the bytes reflect, for encodings that have no room for it.
    mutating func reflect(_ freshness: Freshness) {
        let offsets = freshness.offsets.map { "\($0.partition.rawValue)=\($0.offset.rawValue)" }
        headers.append((.stockdOffsets, offsets.joined(separator: ",")))
        headers.append((.stockdStale, freshness.isStale ? "true" : "false"))
        guard let asOf = freshness.asOf else { return }
        headers.append((.stockdAsOf, RFC3339.string(asOf)))
        headers.append((.stockdAge, "\(freshness.ageMicroseconds / 1_000)"))
    }

    var response: Response {
        var fields = Self.commonFields
        fields[.contentType] = contentType
        for (name, value) in headers { fields[name] = value }
        return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// Responses are not to be cached, and their type is not to be guessed.
    static let commonFields: HTTPFields = [
        .cacheControl: "no-store", .xContentTypeOptions: "nosniff", .referrerPolicy: "no-referrer",
    ]
}

extension HTTPField.Name {
    static let stockdOffsets = known("Stockd-Offsets")
    static let stockdAsOf = known("Stockd-As-Of")
    static let stockdAge = known("Stockd-Age-Ms")
    static let stockdStale = known("Stockd-Stale")
    static let referrerPolicy = known("Referrer-Policy")
    static let link = known("Link")

    /// Only for names that are legal.
    static func known(_ name: String) -> HTTPField.Name {
        guard let known = HTTPField.Name(name) else { preconditionFailure("\(name) is no header's name") }
        return known
    }
}
