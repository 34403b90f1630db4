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
        static let warehousesFile = Key(
            "reference.warehouses.file", Kind.path(endingIn: extensions).orNull, default: "null",
            shipped: "warehouses.csv",
            "warehouse_id, warehouse_name, region: CSV with a header, or JSON.")
        static let warehousesTopic = Key(
            "reference.warehouses.topic", Kind.topic.orNull, default: "null",
            "A compacted topic: key = id, value = the row, no value = delete. Read whole at start, then followed."
        )
        static let all: [KeyEntry] =
            [productsFile.entry, productsTopic.entry] + Format.products.all
            + [warehousesFile.entry, warehousesTopic.entry] + Format.warehouses.all
    }
}
