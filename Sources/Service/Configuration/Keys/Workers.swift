extension Configuration {
    static func workers(_ read: inout Reading) -> Int {
        read(
            "workers", .integer(1...64), default: "1",
            """
            Workers in this process, each a thread with a consumer and a producer. More than 1 needs
            input.keyed_by: product.
            """)
    }
}
