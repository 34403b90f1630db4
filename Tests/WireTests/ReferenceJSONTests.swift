import Inventory
import Testing
import Wire

@Suite struct ReferenceJSONTests {
    let row = #"{"product_id":1,"product_name":"a","category":"b","reorder_threshold":5,"unit_price":79.99}"#
    let product = Product(
        id: ProductID(1), name: "a", category: "b", reorderThreshold: 5,
        unitPrice: ExactDecimal(unscaled: 7999, scale: 2))

    func products(_ text: String) throws(ReferenceMistakes) -> [Product] {
        try ReferenceRows.products(json: Array(text.utf8))
    }

    func mistakes(_ text: String) -> [String] {
        do throws(ReferenceMistakes) {
            _ = try products(text)
            return []
        } catch {
            return error.mistakes.map(\.description)
        }
    }

    @Test("a JSON array and one object a line are read alike")
    func layouts() throws {
        let second = row.replacing(":1,", with: ":2,")
        for text in [
            "[\(row),\(second)]", " [\n\(row) ,\n \(second)\n]\n", "\(row)\n\(second)\n",
            "\r\n\(row)\r\n\r\n \(second) ",
            "\u{FEFF}\(row)\n\(second)", "\u{FEFF}[\(row),\(second)]",
        ] {
            #expect(try products(text).map(\.id) == [ProductID(1), ProductID(2)], "\(text)")
        }
        #expect(try products("[]").isEmpty)
        #expect(try products(" [ ] ").isEmpty)
        #expect(try products("[\(row)]") == [product])
    }

    @Test("unknown fields, escapes and repeated fields are read as in events")
    func equalForms() throws {
        let text =
            #"{"x":[{"product_id":9}],"product_id":"no","product\u005fid":1.0,"#
            + #""product_name":"\u0061","category":"b","#
            + #""reorder_threshold":50e-1,"unit_price":"79.99"}"#
        #expect(try products(text) == [product])
    }

    @Test("a null threshold never alerts, and a missing one is a mistake")
    func nullThreshold() throws {
        #expect(try products(row.replacing(":5,", with: ":null,")).first?.reorderThreshold == .some(nil))
        #expect(
            mistakes(row.replacing(#""reorder_threshold":5,"#, with: "")) == [
                "line 1, reorder_threshold: found no such field, expected an integer from -2147483648 to "
                    + "2147483647, or null for no alerts"
            ])
        #expect(try products(row.replacing(#","unit_price":79.99"#, with: "")).first?.unitPrice == nil)
        #expect(try products(row.replacing("79.99", with: "null")).first?.unitPrice == nil)
    }

    @Test("all mistakes in a JSON file are reported at once")
    func everyMistake() {
        let text =
            "[\n{\"product_id\":\"1\",\"product_name\":null,\"category\":5,"
            + "\"reorder_threshold\":\"5\"},\n5,\n"
            + row + ",\n" + row + ",\n{\"product_id\":2,\"product_name\":\"\\ud800\",\"category\":\"b\","
            + "\"reorder_threshold\":5.5,\"unit_price\":true}\n]"
        let integer = "expected an integer from -2147483648 to 2147483647"
        #expect(
            mistakes(text) == [
                "line 2, product_id: found the string \"1\", \(integer)",
                "line 2, category: found 5, expected a string or null",
                "line 2, reorder_threshold: found the string \"5\", \(integer), or null for no alerts",
                "line 3: found 5, expected an object for each row",
                "line 5, product_id: found 1 again, expected each id once (line 4 has it)",
                "line 6, product_name: found the string \"\\ud800\", which holds half a surrogate pair, "
                    + "expected a string or null",
                "line 6, reorder_threshold: found 5.5, \(integer), or null for no alerts",
                "line 6, unit_price: found true, expected a decimal number of at most 38 "
                    + "digits, such as 79.99",
            ])
    }

    @Test("a line that is not JSON does not hide the mistakes of the next")
    func badLine() {
        #expect(
            mistakes(row + "\n{\"product_id\":\n{}x\n[]\n") == [
                "line 2: found the end of the text, expected a value",
                "line 3: found x, expected nothing after the value",
                "line 4: found [], expected an object for each row",
            ])
        #expect(mistakes("[\n\(row)\n\(row)]") == ["line 3: found \(row.prefix(40))…, expected ',' or ']'"])
        #expect(mistakes("[\(row)] x") == ["line 1: found x, expected nothing after the value"])
        #expect(mistakes("\n") == ["line 1: found an empty file, expected [] for a table without rows"])
    }

    static let prices: [(String, Int128, Int)] = [
        ("79.99", 7999, 2), ("79.990", 79990, 3), ("1e2", 100, 0), ("1.5e1", 15, 0), ("1.25e1", 125, 1),
        ("5e-3", 5, 3), ("-0.10", -10, 2), ("0", 0, 0), ("0.00", 0, 2), ("0e99", 0, 0), ("0e-99", 0, 0),
        ("1e37", 10_000_000_000_000_000_000_000_000_000_000_000_000, 0), ("1e-38", 1, 38),
        ("1." + String(repeating: "0", count: 60), 1, 0),
        ("100000000000000000000000000000000000e-35", 100_000_000_000_000_000_000_000_000_000_000_000, 35),
    ]

    @Test("a price keeps every digit", arguments: prices)
    func exactPrices(text: String, unscaled: Int128, scale: Int) throws {
        for written in [text, "\"\(text)\""] {
            let price = try products(row.replacing("79.99", with: written)).first?.unitPrice
            #expect(price == ExactDecimal(unscaled: unscaled, scale: scale))
        }
    }

    @Test(
        "a price that cannot be kept exactly is a mistake",
        arguments: [
            "1e38", "1e-39", "123456789012345678901234567890123456789", "1e99999999999999999999", "\"1.\"",
            "\"+1\"", "\" 1\"", "\"0x1\"", "\"1e\"", "true", "{}", "\"NaN\"", "\"-\"", "\"1,5\"", "\"79.99 EUR\"",
        ])
    func inexactPrices(text: String) {
        #expect(mistakes(row.replacing("79.99", with: text)).count == 1)
    }
}
