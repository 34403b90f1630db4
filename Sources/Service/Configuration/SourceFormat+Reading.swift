internal import Wire

extension SourceFormat {
    /// How the messages of the input topic or of a reference topic are written.
    ///
    /// - Parameters:
    ///   - section: `input`, or the table's.
    ///   - names: our names of the row's fields.
    ///   - example: two of them under other names, as the file would write them.
    ///   - encodings: an example of encodings.
    init(
        _ read: inout Reading, _ section: String, names: [String], example: String, encodings: String
    ) {
        let isInput = section == "input"
        let standard = SourceFormat()
        self.init()
        envelope = read(
            "\(section).format", .choice, default: standard.envelope.rawValue,
            isInput
                ? """
                How the messages are written. json: plain events, each counted once. debezium: rows of a
                database table, in Debezium's envelopes or unwrapped (ExtractNewRecordState). Rows may be
                changed or deleted later, so stockd keeps a movement log in memory, 40 bytes an event. auto:
                stockd tells the two apart, message by message; they must not mix in one topic, and an
                unwrapped row without added fields (__op, …) counts as a plain event.
                """ : "As input.format; with auto and json a plain row replaces the previous row of its id.")
        fields = read(
            "\(section).fields", .fields(names), default: "",
            """
            \(isInput ? Self.fieldsText : "As input.fields.")
            For instance:
            \(example)
            """
        ).filter { $0.key != $0.value }
        self.encodings = read(
            "\(section).encodings", .encodings(names), default: "",
            """
            \(isInput ? Self.encodingsText : "As input.encodings.")
            For instance:
            \(encodings)
            """
        ).compactMapValues { FieldEncoding($0) }
        unwrapPrefix = read(
            "\(section).unwrap_prefix", .text("a prefix"), default: standard.unwrapPrefix,
            isInput ? "The add.fields.prefix of ExtractNewRecordState." : "As input.unwrap_prefix.")
    }

    /// The names of these keys.
    static func keys(of section: String) -> [String] {
        ["format", "fields", "encodings", "unwrap_prefix"].map { "\(section).\($0)" }
    }

    private static var fieldsText: String {
        """
        For fields that are in a column of another name: the field, then the column. Dots lead into nested
        objects.
        """
    }

    private static var encodingsText: String {
        """
        How a column's values are encoded, where neither they nor a schema in the message show it: s, ms, us,
        ns or days since 1970 for times; base64:2 for decimals as bytes with two digits after the point;
        text for numbers in quotes.
        """
    }
}

extension Kind where Value == [String: String] {
    /// Columns by our names of the fields they fill.
    static func fields(_ names: [String]) -> Self {
        Kind(
            shape: .map,
            expected:
                "a map of fields (\(names.joined(separator: ", "))) to columns, each field and column once",
            parse: { raw in
                guard let map = MapText.read(raw), map.keys.allSatisfy(names.contains) else { return nil }
                let columns = names.map { map[$0] ?? $0 }
                return columns.allSatisfy(isPath) && Set(columns).count == columns.count ? map : nil
            }, flaws: { unknownFields(of: $0, names) + wrongColumns(of: $0, names) })
    }

    private static func isPath(_ column: String) -> Bool {
        !RawValue.isNull(column)
            && column.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { name in
                name.first?.isWhitespace == false && name.last?.isWhitespace == false
            }
    }

    /// Columns that are no names.
    private static func wrongColumns(of raw: RawValue, _ names: [String]) -> [Flaw] {
        guard let map = MapText.read(raw) else { return [] }
        return map.filter { names.contains($0.key) && !isPath($0.value) }.sorted { $0.key < $1.key }.map {
            name, column in
            let remedy =
                RawValue.isNull(column)
                ? "must be a column's name; remove the field if its column has the same name"
                : "must be a column's name, with no blanks around it and dots only between names"
            return Flaw(found: "\(name)=\(column)", remedy: remedy)
        }
    }

    /// Fields that a row does not have, each with the one that was probably meant.
    private static func unknownFields(of raw: RawValue, _ names: [String]) -> [Flaw] {
        guard let map = MapText.read(raw) else { return [] }
        return map.keys.filter { !names.contains($0) }.sorted().map { name in
            var remedy = "there is no such field"
            if let near = Suggestion.nearest(to: name, among: names) {
                remedy += "; did you mean \(near)?"
            } else if let field = names.first(where: { $0 == map[name] }) {
                remedy += "; the field comes first, then the column: \(field): \(name)"
            } else {
                remedy += "; the fields are \(names.joined(separator: ", "))"
            }
            return Flaw(found: name, remedy: remedy)
        }
    }

    /// Encodings by our names of the fields they are of.
    static func encodings(_ names: [String]) -> Self {
        Kind(
            shape: .map,
            expected: "a map of fields (\(names.joined(separator: ", "))) to s, ms, us, ns, days, text or "
                + "base64:N with N digits after the point",
            parse: { raw in
                guard let map = MapText.read(raw), map.keys.allSatisfy(names.contains) else { return nil }
                return map.allSatisfy { FieldEncoding($1).map(encodings(of: $0).contains) ?? false } ? map : nil
            }, flaws: { unknownFields(of: $0, names) + wrongEncodings(of: $0, names) })
    }

    /// What the values of a field can be encoded as.
    private enum Encodings {
        case ofTimes
        case ofNumbers
        case none

        func contains(_ encoding: FieldEncoding) -> Bool {
            switch (self, encoding) {
            case (.ofTimes, .epoch), (.ofNumbers, .text), (.ofNumbers, .base64): true
            default: false
            }
        }
    }

    private static func encodings(of field: String) -> Encodings {
        switch field {
        case "event_time": .ofTimes
        case "event_type", "product_name", "category", "warehouse_name", "region": .none
        default: .ofNumbers
        }
    }

    /// Encodings that a field does not take.
    private static func wrongEncodings(of raw: RawValue, _ names: [String]) -> [Flaw] {
        guard let map = MapText.read(raw) else { return [] }
        return map.sorted { $0.key < $1.key }.compactMap { name, text in
            guard names.contains(name), let encoding = FieldEncoding(text), !encodings(of: name).contains(encoding)
            else { return nil }
            let right =
                switch encodings(of: name) {
                case .ofTimes: "\(name) is a time: must be s, ms, us, ns or days"
                case .ofNumbers: "\(name) is a number: must be text or base64:N with N digits after the point"
                case .none: "\(name) is a text, which has no encoding; remove it"
                }
            return Flaw(found: "\(name)=\(text)", remedy: right)
        }
    }
}
