import Wire

extension Configuration {
    public enum Envelope: String, Sendable, CaseIterable {
        case auto, json, debezium
    }
}

extension SourceFormat {
    init(_ read: inout Reading, _ keys: Keys.Format) {
        self.init()
        envelope =
            switch read(keys.envelope) {
            case .auto: .auto
            case .json: .json
            case .debezium: .debezium
            }
        fields = read(keys.fields).filter { $0.key != $0.value }
        encodings = read(keys.encodings).compactMapValues { FieldEncoding($0) }
        unwrapPrefix = read(keys.unwrapPrefix)
    }
}

extension Configuration {
    /// A file's rows are plain and its columns have our names: settings for messages would have no effect.
    func checkFormats(_ read: inout Reading) {
        for (place, format, keys) in [
            (reference.products, reference.productsFormat, Keys.Format.products),
            (reference.warehouses, reference.warehousesFormat, Keys.Format.warehouses),
        ] {
            guard case .file = place, format != SourceFormat() else { continue }
            for key in keys.all
            where read.settings.contains(where: { $0.key.name == key.name && !$0.isStandard }) {
                read.contradiction(
                    key.name, with: ["\(keys.section).file"],
                    "is for rows from a topic, and \(keys.section).file is set; take one of them out")
            }
        }
    }
}
