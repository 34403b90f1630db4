internal import Wire

extension Keys {
    /// How the messages of the input topic and of the reference topics are written.
    struct Format: Sendable {
        let section: String
        let envelope: Key<Configuration.Envelope>
        let fields: Key<[String: String]>
        let encodings: Key<[String: String]>
        let unwrapPrefix: Key<String>

        var all: [KeyEntry] { [envelope.entry, fields.entry, encodings.entry, unwrapPrefix.entry] }

        /// - Parameters:
        ///   - names: Our names of the row's fields.
        ///   - example: Two of them under other names, as the file would write them.
        init(_ section: String, names: [String], example: String, encodings: String) {
            self.section = section
            let isInput = section == "input"
            envelope = Key(
                "\(section).format", Kind<Configuration.Envelope>.choice, default: "auto",
                isInput
                    ? """
                    How the messages are written. json: plain events, each counted once. debezium: rows of a
                    database table as Debezium's envelopes or unwrapped (ExtractNewRecordState), which may be
                    changed and deleted later; a movement log in memory, 40 bytes an event, says what to take
                    back. auto: told apart message by message; the two do not mix in one topic, and an
                    unwrapped row without added fields (__op, …) counts as plain.
                    """ : "As input.format; in auto and json a plain row replaces the one before it, too.")
            fields = Key(
                "\(section).fields", .fields(names), default: "",
                """
                \(isInput ? "Columns under other names; dots lead into nested objects." : "As input.fields.")
                For instance:
                \(example)
                """)
            self.encodings = Key(
                "\(section).encodings", .encodings(names), default: "",
                """
                \(isInput ? Self.encodingsText : "As input.encodings.")
                For instance:
                \(encodings)
                """)
            unwrapPrefix = Key(
                "\(section).unwrap_prefix", .text("a prefix"), default: "__",
                isInput ? "The add.fields.prefix of ExtractNewRecordState." : "As input.unwrap_prefix.")
        }

        private static var encodingsText: String {
            """
            How a column's values are written where neither they nor a schema in the message tell: s, ms, us,
            ns or days since 1970 for times; base64:2 for decimals as bytes with two digits after the point;
            text for numbers in quotes.
            """
        }

        static let input = Format(
            "input",
            names: ["event_id", "event_type", "product_id", "warehouse_id", "quantity", "event_time"],
            example: "  quantity: qty\n  product_id: line.product.id", encodings: "  event_time: us")
        static let products = Format(
            "reference.products",
            names: ["product_id", "product_name", "category", "reorder_threshold", "unit_price"],
            example: "  product_name: title", encodings: "  unit_price: base64:2")
        static let warehouses = Format(
            "reference.warehouses", names: ["warehouse_id", "warehouse_name", "region"],
            example: "  warehouse_name: title", encodings: "  warehouse_id: base64:0")
    }
}

extension Kind where Value == [String: String] {
    /// Columns by our names of the fields they fill.
    static func fields(_ names: [String]) -> Self {
        Kind(
            form: .map,
            expected:
                "a map of fields (\(names.joined(separator: ", "))) to columns, each field and column once"
        ) { raw in
            guard let map = MapText.read(raw), map.keys.allSatisfy(names.contains) else { return nil }
            let columns = names.map { map[$0] ?? $0 }
            let isWhole = columns.allSatisfy { column in
                column.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
            }
            return isWhole && Set(columns).count == columns.count ? map : nil
        }
    }

    /// Encodings by our names of the fields they are of.
    static func encodings(_ names: [String]) -> Self {
        Kind(
            form: .map,
            expected: "a map of fields (\(names.joined(separator: ", "))) to s, ms, us, ns, days, text or "
                + "base64: and digits after the point"
        ) { raw in
            guard let map = MapText.read(raw), map.keys.allSatisfy(names.contains) else { return nil }
            return map.values.allSatisfy { FieldEncoding($0) != nil } ? map : nil
        }
    }
}
