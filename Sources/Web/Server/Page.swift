import CPage
import HTTPTypes
import HummingbirdCore
import NIOCore

/// The page at `/`: one document with its style and its script, nothing loaded from elsewhere.
struct Page: Sendable {
    static let shared = Page()
    static let icon = bytes(of: cpage_icon)
    static let description = bytes(of: cpage_description)

    /// The document, split where the nonce goes.
    private let pieces: [[UInt8]]

    private init() {
        let document = Self.text(of: cpage_html)
            .replacing("/*STYLE*/", with: Self.text(of: cpage_css))
            .replacing("/*SCRIPT*/", with: Self.text(of: cpage_js))
        pieces = document.split(separator: "{NONCE}", omittingEmptySubsequences: false).map { Array($0.utf8) }
    }

    private static func bytes(of file: cpage_file) -> [UInt8] {
        Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
    }

    private static func text(of file: cpage_file) -> String { String(decoding: bytes(of: file), as: UTF8.self) }

    /// Only this response's own style and script may run: they carry a number nobody can know beforehand.
    func response() -> Response {
        var random = SystemRandomNumberGenerator()
        let nonce = String(random.next(), radix: 36) + String(random.next(), radix: 36)
        var fields = ResponseContent.commonFields
        fields[.contentType] = "text/html; charset=utf-8"
        fields[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'nonce-\(nonce)'; script-src 'nonce-\(nonce)'; connect-src 'self'; "
            + "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        let bytes = pieces.dropFirst().reduce(pieces[0]) { $0 + Array(nonce.utf8) + $1 }
        return Response(status: .ok, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
