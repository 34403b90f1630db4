extension Keys {
    /// The HTTP interface.
    enum Web {
        static let listen = Key(
            "http.listen", Kind.listenAddress.orNull, default: "127.0.0.1:8080",
            """
            Where the API, the metrics and the page are answered, without TLS: that is left to a proxy. An
            address that other machines reach needs http.token. Null: no HTTP at all.
            """)
        static let token = Key(
            "http.token", Kind.token.orNull, default: "null", secret: true,
            """
            Asked of every request but /health: "Authorization: Bearer …", or once through the page's own
            form. Letters, digits and - . _ ~ + / = only; openssl rand -hex 32 makes a good one.
            """)
        static let all: [KeyEntry] = [listen.entry, token.entry]
    }
}
