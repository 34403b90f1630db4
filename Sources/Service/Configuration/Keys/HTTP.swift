internal import Web

extension Configuration {
    public struct HTTP: Equatable, Sendable {
        /// Nil: no HTTP.
        public var listen: ListenAddress?
        public var token: Secret?

        init(_ read: inout Reading) {
            read.section("http", "The HTTP interface: views, changes, health, metrics and a page to look at.")
            let standard = WebSettings.standardAddress
            listen = read(
                "http.listen", Kind.listenAddress.orNull, default: "\(standard.host):\(standard.port)",
                """
                Where the API, the metrics and the page are answered, without TLS: that is left to a proxy. An
                address that other machines reach needs http.token. Null: no HTTP at all.
                """)
            token = read(
                "http.token", Kind.token.orNull, default: "null", secret: true,
                """
                Asked of every request but /health: "Authorization: Bearer …", or once through the page's own
                form. Letters, digits and - . _ ~ + / = only; openssl rand -hex 32 makes a good one.
                """)
        }
    }
}
