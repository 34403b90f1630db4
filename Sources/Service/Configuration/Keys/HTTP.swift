internal import Web

extension Configuration {
    public struct HTTP: Equatable, Sendable {
        /// Nil: no HTTP.
        public var listen: ListenAddress?
        public var token: Secret?

        init(_ read: inout Reading) {
            read.section("http", "The HTTP interface: views, changes, health, metrics and a web page.")
            let standard = WebSettings.standardAddress
            listen = read(
                "http.listen", Kind.listenAddress.orNull, default: "\(standard.host):\(standard.port)",
                """
                The address of the API, the metrics and the page, without TLS: for that, put a proxy in
                front. An address that other machines can reach needs http.token. Null: no HTTP.
                """)
            token = read(
                "http.token", Kind.token.orNull, default: "null", secret: true,
                """
                Every request except those for /health and the bare page must send it: "Authorization: Bearer
                …". The page asks for it once. Letters, digits and - . _ ~ + / = only; openssl rand -hex 32
                makes a good one.
                """)
        }
    }
}
