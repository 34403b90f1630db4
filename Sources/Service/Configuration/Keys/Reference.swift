public import Pipeline
internal import Wire

extension Configuration {
    public struct Reference: Equatable, Sendable {
        public var products: Location
        public var warehouses: Location
        /// Nil: every pair has the threshold of its product.
        public var thresholds: Location?

        /// Where a reference table is read from.
        public enum Location: Equatable, Sendable {
            /// A path, already resolved against where it was written.
            case file(String)
            case topic(PipelineSettings.ReferenceTopic)
        }

        init(_ read: inout Reading) {
            read.section(
                "reference",
                """
                Products and warehouses: each from a file or from a compacted topic, exactly one of the two. Likewise
                thresholds of one product in one warehouse, if there are any: they take the place of the product's.
                A relative path starts at the configuration file's directory; SIGHUP reads the files again.
                """)
            // reference.products.file, .topic, .format, .fields, .encodings, .unwrap_prefix
            products = Location.required(
                &read, "reference.products", shipped: "products.csv",
                columns: ["product_id", "product_name", "category", "reorder_threshold", "unit_price"],
                example: "  product_name: title", encodings: "  unit_price: base64:2")
            // reference.warehouses.file, .topic, .format, .fields, .encodings, .unwrap_prefix
            warehouses = Location.required(
                &read, "reference.warehouses", shipped: "warehouses.csv",
                columns: ["warehouse_id", "warehouse_name", "region"],
                example: "  warehouse_name: title", encodings: "  warehouse_id: base64:0")
            // reference.thresholds.file, .topic, .format, .fields, .encodings, .unwrap_prefix
            thresholds = Location(
                &read, "reference.thresholds", shipped: nil,
                columns: ["product_id", "warehouse_id", "reorder_threshold"],
                example: "  reorder_threshold: minimum", encodings: "  warehouse_id: base64:0")
        }
    }
}

extension Configuration.Reference.Location {
    /// Of a table that must be somewhere.
    static func required(
        _ read: inout Reading, _ section: String, shipped: String, columns: [String], example: String,
        encodings: String
    ) -> Self {
        if let location = Self(
            &read, section, shipped: shipped, columns: columns, example: example, encodings: encodings)
        {
            return location
        }
        let (file, topic) = ("\(section).file", "\(section).topic")
        read.contradiction(file, with: [topic], "neither this nor \(topic) is set; set one of them")
        return .file("")
    }

    /// Nil when it is nowhere.
    /// - Parameters: see `SourceFormat.init`.
    init?(
        _ read: inout Reading, _ section: String, shipped: String?, columns: [String], example: String,
        encodings: String
    ) {
        let (file, topic) = ("\(section).file", "\(section).topic")
        let path = read(
            file, Kind.path.orNull, default: "null", shipped: shipped,
            "A CSV file with a header, or a JSON file, of " + columns.joined(separator: ", ") + ".")
        let name = read(
            topic, Kind.topic.orNull, default: "null",
            "A compacted topic: key = id, value = the row, no value = delete. Read whole at start, then followed."
        )
        let format = SourceFormat(&read, section, names: columns, example: example, encodings: encodings)
        switch (path, name) {
        case (let path?, nil):
            self = .file(Self.resolved(path, origin: read.origin(of: file)))
            if path.contains("://") {
                read.contradiction(file, with: [topic], "must be a file on this machine, not a URL")
            }
            if format != SourceFormat() { Self.reportUseless(&read, section) }
        case (nil, let name?):
            self = .topic(PipelineSettings.ReferenceTopic(name: name, format: format))
        case (nil, nil): return nil
        case (_?, _?):
            self = .file("")
            read.contradiction(file, with: [topic], "\(topic) is set too; set one of them, not both")
        }
    }

    /// Reports settings for messages beside a file: its rows are plain and have our names, so they would have no
    /// effect.
    private static func reportUseless(_ read: inout Reading, _ section: String) {
        for key in SourceFormat.keys(of: section)
        where read.settings.contains(where: { $0.key.name == key && $0.isChanged }) {
            read.contradiction(
                key, with: ["\(section).file"],
                "is for rows from a topic, but \(section).file is set; remove one of the two")
        }
    }

    /// A path in the file is relative to the file's directory, one in a variable to the working directory.
    private static func resolved(_ path: String, origin: Origin) -> String {
        guard case .file(let settings, _) = origin, !path.hasPrefix("/") else { return path }
        guard let slash = settings.lastIndex(of: "/") else { return path }
        return settings[...slash] + path
    }

    /// Nil when the table comes from a topic.
    var file: String? { if case .file(let path) = self { path } else { nil } }

    /// Nil when the table comes from a file.
    var topic: PipelineSettings.ReferenceTopic? { if case .topic(let topic) = self { topic } else { nil } }
}
