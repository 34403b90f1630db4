import TestSupport

/// Which ids of a history are texts, and the texts that stand for its numbers.
public struct OracleIDs: Sendable {
    public var event = false
    public var product = false
    public var warehouse = false

    public init() {}

    /// Texts for all of them, or for none.
    public init(areTexts: Bool) { (event, product, warehouse) = (areTexts, areTexts, areTexts) }

    /// In every second history some ids are texts, each kind for itself.
    public init(seed: UInt64) {
        guard seed % 2 == 0 else { return }
        let kinds = 1 + seed / 2 % 7
        (event, product, warehouse) = (kinds & 1 != 0, kinds & 2 != 0, kinds & 4 != 0)
    }

    public static func productText(_ number: Int64) -> String {
        ["SKU-é", "SKU-e\u{301}", "SKU-é ", "a\"b\\c'd"][Int(number) - 1]
    }

    public static func warehouseText(_ number: Int64) -> String { ["us-east", "US-EAST", " 日本\n"][Int(number) - 1] }

    public static func eventText(_ number: Int64) -> String { number % 2 == 0 ? "E-\(number)" : "e'\"\\\(number)" }

    // MARK: As JSON

    public func event(_ number: Int64) -> String { event ? IDTexts.json(Self.eventText(number)) : "\(number)" }

    public func product(_ number: Int64) -> String { product ? IDTexts.json(Self.productText(number)) : "\(number)" }

    public func warehouse(_ number: Int64) -> String {
        warehouse ? IDTexts.json(Self.warehouseText(number)) : "\(number)"
    }

    // MARK: In SQL

    /// The types of the columns.
    func schema(_ sql: String) -> String {
        var sql = sql
        for (column, isText) in [("event_id", event), ("product_id", product), ("warehouse_id", warehouse)]
        where isText {
            sql = sql.replacing(column + " INTEGER", with: column + " TEXT")
        }
        return sql
    }

    /// A JSON value as a literal.
    static func literal(_ json: String) -> String {
        guard json.hasPrefix("\"") else { return json }
        var text = ""
        var isEscaped = false
        for character in json.dropFirst().dropLast().unicodeScalars {
            if !isEscaped, character == "\\" {
                isEscaped = true
                continue
            }
            // The only control character that the texts have is written \n.
            text.unicodeScalars.append(isEscaped && character == "n" ? "\n" : character)
            isEscaped = false
        }
        return "'" + text.replacing("'", with: "''") + "'"
    }
}
