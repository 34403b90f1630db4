import Inventory
import Testing
import Wire

@Suite struct ReferenceCSVTests {
    let header = "product_id,product_name,category,reorder_threshold,unit_price\n"

    func products(_ text: String) throws(ReferenceMistakes) -> [Product] {
        try ReferenceRows.products(csv: Array(text.utf8))
    }

    func mistakes(_ text: String) -> [String] {
        do throws(ReferenceMistakes) {
            _ = try products(text)
            return []
        } catch {
            return error.mistakes.map(\.description)
        }
    }

    @Test("the tutorial's CSV tables are read")
    func tutorialTables() throws {
        let products = try products(
            header + "1,Wireless Headphones,Electronics,50,79.99\n2,USB-C Cable,Accessories,200,12.99\n")
        #expect(
            products == [
                Product(
                    id: ProductID(1), name: "Wireless Headphones", category: "Electronics",
                    reorderThreshold: 50,
                    unitPrice: ExactDecimal(unscaled: 7999, scale: 2)),
                Product(
                    id: ProductID(2), name: "USB-C Cable", category: "Accessories", reorderThreshold: 200,
                    unitPrice: ExactDecimal(unscaled: 1299, scale: 2)),
            ])
        let warehouses = try ReferenceRows.warehouses(
            csv: Array("warehouse_id,warehouse_name,region\n1,East Coast Hub,US-East".utf8))
        #expect(warehouses == [Warehouse(id: WarehouseID(1), name: "East Coast Hub", region: "US-East")])
    }

    @Test("quotes, line ends, column order and unknown columns do not change a CSV table")
    func equalForms() throws {
        let text =
            "\u{FEFF}category,\"reorder_threshold\",note,product_id,product_name\r\n"
            + "\"a,b\",,\"x\ny\",7,\"say \"\"hi\"\"\r\nthere\"\r\n\r\n\n\"\",\"-5\",z,-8,é"
        #expect(
            try products(text) == [
                Product(
                    id: ProductID(7), name: "say \"hi\"\r\nthere", category: "a,b", reorderThreshold: nil),
                Product(id: ProductID(-8), name: "é", category: "", reorderThreshold: -5),
            ])
        let old = header.replacing("\n", with: "\r") + "1,a,b,5,1\r2,c,d,6,2\r"
        #expect(try products(old).count == 2)
    }

    @Test("CSV integers may be written as spreadsheets do, and prices stay exact")
    func numbers() throws {
        let row = try #require(try products(header + "1.0,a,b,5e1,1e2\n").first)
        #expect(row.id == ProductID(1) && row.reorderThreshold == 50)
        #expect(row.unitPrice == ExactDecimal(unscaled: 100, scale: 0))
        let exact = "99999999999999999999999999999999.999999"
        let price = try #require(try products(header + "1,a,b,5,\(exact)\n").first?.unitPrice)
        #expect(price.description == exact)
    }

    @Test("all mistakes in a CSV file are reported at once, with line, column and value")
    func everyMistake() {
        let text =
            header
            + "x,\"two\nlines\",c,5,1\n1,,c,2147483648,abc\n2,a,b\n3,a,b,5,1\n3,c,d,5,1\n4,a\"b,c,5,1\n"
            + "5,\"a\"b,c,5,1\n6,a,b,5 0,1\n7,a,b,5.5,1\n"
        let quoting = "expected fields with commas, quotes or line breaks in double quotes, quotes doubled"
        let integer = "expected an integer from -2147483648 to 2147483647"
        #expect(
            mistakes(text) == [
                "line 2, product_id: found \"x\", \(integer)",
                "line 4, reorder_threshold: found \"2147483648\", \(integer), or an empty "
                    + "field for no alerts",
                "line 4, unit_price: found \"abc\", expected a decimal number of at most "
                    + "38 digits, such as 79.99",
                "line 5: found 3 fields, expected 5, as many as the header names",
                "line 7, product_id: found 3 again, expected each id once (line 6 has it)",
                "line 8: found a double quote inside a field that does not begin with one, \(quoting)",
                "line 9: found text after the double quote that ends a field, \(quoting)",
                "line 10, reorder_threshold: found \"5 0\", \(integer), without separators",
                "line 11, reorder_threshold: found \"5.5\", \(integer), or an empty field for no alerts",
            ])
    }

    @Test("missing and doubled CSV columns are named")
    func columns() {
        let wanted =
            "a header line naming product_id, product_name, category, reorder_threshold, unit_price"
        #expect(
            mistakes("product_id,product_id,product_name,Category\n1,1,a,b\n") == [
                "line 1: found no column reorder_threshold among \"product_id\", \"product_id\", "
                    + "\"product_name\", \"Category\", expected \(wanted)",
                "line 1, product_id: found the column 2 times, expected each column once",
            ])
        #expect(mistakes("") == ["line 1: found an empty file, expected \(wanted)"])
        #expect(mistakes(header).isEmpty)
    }

    @Test("an unclosed quote and bytes that are not UTF-8 are reported with their line")
    func lines() {
        #expect(
            mistakes(header + "1,a,b,5,1\n2,\"a,b,5,1\n3,a,b,5,1\n").first?.hasPrefix("line 3: found a field")
                == true)
        let bytes = Array((header + "1,a").utf8) + [0xFF, 0x0A]
        #expect(throws: ReferenceMistakes.self) { try ReferenceRows.products(csv: bytes) }
        do throws(ReferenceMistakes) {
            _ = try ReferenceRows.products(csv: bytes)
        } catch {
            #expect(error.mistakes.map(\.line) == [2])
            #expect(error.description.contains("\\xff\\n"))
        }
    }

    @Test("a file with thousands of mistakes lists only the first hundred")
    func manyMistakes() {
        do throws(ReferenceMistakes) {
            _ = try products(header + String(repeating: "x\n", count: 5000))
            Issue.record("accepted")
        } catch {
            #expect(error.count == 5000 && error.mistakes.count == ReferenceMistakes.limit)
            #expect(error.description.hasSuffix("and 4900 more"))
        }
    }
}
