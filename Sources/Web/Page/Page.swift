import HTTPTypes
import Hummingbird
import NIOCore

/// The page at `/`: one document with its style and its script, nothing loaded from elsewhere.
struct Page: Sendable {
    static let shared = Page()
    static let icon = PackageResources.icon_svg
    static let description = PackageResources.openapi_json

    /// The document, split where the nonce goes.
    private let pieces: [[UInt8]]

    private init() {
        let document = String(decoding: PackageResources.page_html, as: UTF8.self)
            .replacing("/*STYLE*/", with: String(decoding: PackageResources.page_css, as: UTF8.self))
            .replacing("/*SCRIPT*/", with: String(decoding: PackageResources.page_js, as: UTF8.self))
        pieces = document.split(separator: "{NONCE}", omittingEmptySubsequences: false).map { Array($0.utf8) }
    }

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
