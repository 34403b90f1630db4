public import Inventory

extension Configuration {
    public struct Identifiers: Equatable, Sendable {
        public var event: IDKind
        public var product: IDKind
        public var warehouse: IDKind
        public var maxNames: Int
        /// What the ids are, for all parts of the process, and the names of those that are texts.
        public let table: IDs

        init(_ read: inout Reading) {
            read.section(
                "ids",
                """
                What the ids in events and reference tables are. integer: a number, of 32 bits for products and
                warehouses, of 64 bits for events. text: a text of 1 to 255 bytes of UTF-8, compared byte for byte,
                such as SKU-0815-XL or a UUID; a number is read as its digits. A change needs --rebuild.
                """)
            event = read("ids.event", .choice, default: IDKind.integer.rawValue, "event_id.")
            product = read("ids.product", .choice, default: IDKind.integer.rawValue, "product_id.")
            warehouse = read("ids.warehouse", .choice, default: IDKind.integer.rawValue, "warehouse_id.")
            maxNames = read(
                "ids.max_names", .integer(1...100_000_000), default: "10000000",
                """
                How many different texts the pairs of a shard may have as products and warehouses. An event that
                brings one more is rejected with too_many_names. A text takes its bytes and at most 32 more. After
                a change start once with --accept-config-change.
                """)
            table = IDs(event: event, product: product, warehouse: warehouse, maxNames: maxNames)
        }

        /// Compares the settings.
        public static func == (a: Self, b: Self) -> Bool {
            (a.event, a.product, a.warehouse, a.maxNames) == (b.event, b.product, b.warehouse, b.maxNames)
        }
    }
}
