extension Keys {
    enum Reference {
        private static let extensions = ["csv", "json"]

        static let productsFile = Key(
            "reference.products.file", Kind.path(endingIn: extensions).orNull, default: "null",
            shipped: "products.csv",
            "product_id, product_name, category, reorder_threshold, unit_price: CSV with a header, or JSON.")
        static let productsTopic = Key(
            "reference.products.topic", Kind.topic.orNull, default: "null",
            "A compacted topic: key = id, value = the row, no value = delete. Read whole at start, then followed."
        )
        static let productsFormat = Key(
            "reference.products.format", Kind<Configuration.MessageFormat>.choice, default: "auto",
            "How the topic's messages are written: json, debezium, or auto, told apart message by message.")
        static let warehousesFile = Key(
            "reference.warehouses.file", Kind.path(endingIn: extensions).orNull, default: "null",
            shipped: "warehouses.csv",
            "warehouse_id, warehouse_name, region: CSV with a header, or JSON.")
        static let warehousesTopic = Key(
            "reference.warehouses.topic", Kind.topic.orNull, default: "null",
            "A compacted topic: key = id, value = the row, no value = delete. Read whole at start, then followed."
        )
        static let warehousesFormat = Key(
            "reference.warehouses.format", Kind<Configuration.MessageFormat>.choice, default: "auto",
            "How the topic's messages are written: json, debezium, or auto, told apart message by message.")
        static let all: [KeyEntry] = [
            productsFile.entry, productsTopic.entry, productsFormat.entry, warehousesFile.entry,
            warehousesTopic.entry, warehousesFormat.entry,
        ]
    }
}
