import Foundation
import Inventory
import Testing
import Wire

/// Files as people have them: what they are is told by their content.
@Suite struct ReferenceFileTests {
    static let header = "product_id,product_name,category,reorder_threshold,unit_price\n"
    static let wanted = "a header line naming product_id, product_name, category, reorder_threshold, unit_price"
    static let bolt = Product(
        id: ProductID(1), name: "Bolt", category: "Hardware", reorderThreshold: 40,
        unitPrice: ExactDecimal(unscaled: 25, scale: 2))

    func read(
        _ bytes: [UInt8], _ path: String = "products.csv"
    ) throws(ReferenceMistakes) -> ReferenceRows.Read<Product> {
        try ReferenceRows.products(file: bytes, path: path)
    }

    func rows(_ text: String, _ path: String = "products.csv") throws -> [Product] {
        try read(Array(text.utf8), path).rows
    }

    func mistakes(_ bytes: [UInt8], _ path: String = "products.csv") -> [String] {
        do throws(ReferenceMistakes) {
            _ = try read(bytes, path)
            return []
        } catch {
            return error.mistakes.map(\.description)
        }
    }

    func mistakes(_ text: String, _ path: String = "products.csv") -> [String] { mistakes(Array(text.utf8), path) }

    @Test(
        "A file is read by what it holds, whatever it is called.",
        arguments: [
            "PRODUCTS.CSV", "products", "products.txt", "/dev/fd/63", "products.json", "products.tsv",
            "products.csv.gz",
        ])
    func endings(path: String) throws {
        #expect(try rows(Self.header + "1,Bolt,Hardware,40,0.25\n", path) == [Self.bolt])
        let json =
            #"{"product_id":1,"product_name":"Bolt","category":"Hardware","reorder_threshold":40,"unit_price":0.25}"#
        #expect(try rows(json, path) == [Self.bolt])
        #expect(try rows("\u{FEFF} \n[\(json)]", path) == [Self.bolt])
    }

    @Test("Tabs separate the columns of a file that is not named .csv.")
    func tabs() throws {
        let text = "product_id\tproduct_name\tcategory\treorder_threshold\tunit_price\n1\tBolt\tHardware\t40\t0.25\n"
        for path in ["products.tsv", "products", "PRODUCTS.TSV"] { #expect(try rows(text, path) == [Self.bolt]) }
        #expect(
            mistakes(text) == ["line 1: found tabs between the columns, expected commas, or a file named .tsv"])
    }

    @Test("Semicolons and vertical bars are named once, with what is expected.")
    func separators() {
        let text =
            "product_id;product_name;category;reorder_threshold;unit_price\n1;Bolt;Hardware;40;0,25\n"
            + "2;Lamp;Light;100;19,90\n"
        for path in ["products.csv", "products.tsv", "products"] {
            #expect(mistakes(text, path) == ["line 1: found semicolons between the columns, expected commas"])
            let bars = text.replacing(";", with: "|")
            #expect(mistakes(bars, path) == ["line 1: found vertical bars between the columns, expected commas"])
        }
        // What Excel writes above the header.
        #expect(mistakes("sep=;\r\n" + text) == ["line 2: found semicolons between the columns, expected commas"])
        #expect(
            mistakes("product_id;product_name\n") == [
                "line 1: found semicolons between the columns, expected commas"
            ])
    }

    @Test("A line that tells Excel the separator is no header, and counts as a line.")
    func separatorLine() throws {
        let text = "\u{FEFF}sep=,\r\n" + Self.header
        #expect(try rows(text + "1,Bolt,Hardware,40,0.25\r\n") == [Self.bolt])
        #expect(
            mistakes(text + "x,Bolt,Hardware,40,0.25\r\n").first?.hasPrefix("line 3, product_id: found \"x\"") == true)
    }

    @Test("Line ends of every kind, a Ctrl-Z at the end and empty rows of a spreadsheet do not change a table.")
    func ends() throws {
        let lines = [String(Self.header.dropLast()), "1,Bolt,Hardware,40,0.25"]
        for end in ["\n", "\r\n", "\r"] {
            for tail in ["", end, end + end, end + "\u{1A}", end + ",,,,", end + " , ,,\"\"," + end, end + "  " + end]
            {
                #expect(try rows(lines.joined(separator: end) + tail) == [Self.bolt])
            }
        }
    }

    @Test("A column's name may have blanks around it and capital letters, if it stands for one column.")
    func headerNames() throws {
        let text = " Product_ID , PRODUCT_NAME,Category,\"reorder_threshold \",Unit_Price\n1,Bolt,Hardware,40,0.25\n"
        #expect(try rows(text) == [Self.bolt])
        #expect(
            mistakes("product_id,Product_ID,reorder_threshold\n1,2,3\n") == [
                "line 1, product_id: found the column 2 times, expected each column once"
            ])
    }

    /// `products.csv` of a person who packed it.
    static let gzip: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x2B, 0x1D, 0x0C, 0x6B, 0x02, 0xFF, 0x2D, 0xC6, 0x41, 0x0A, 0x80, 0x20, 0x10, 0x05,
    ]

    @Test("Packed files, workbooks and other encodings are named once, with what to do.")
    func foreign() throws {
        let todo = "expected CSV or JSON, unpacked and in UTF-8"
        for path in ["products.csv.gz", "gz.csv", "products.json"] {
            #expect(mistakes(Self.gzip, path) == ["found gzip-compressed data, \(todo)"])
        }
        let utf16 = try #require(("\u{FEFF}" + Self.header + "1,Bolt,x,40,\n").data(using: .utf16LittleEndian))
        #expect(mistakes(Array(utf16)) == ["found text in UTF-16, \(todo)"])
        let workbook = [0x50, 0x4B, 3, 4] + Array("[Content_Types].xml xl/workbook.xml".utf8)
        #expect(mistakes(workbook) == ["found a zip archive, such as an Excel workbook, \(todo)"])
    }

    @Test("A mark of UTF-8 belongs to the file.")
    func mark() throws {
        #expect(try rows("\u{FEFF}" + Self.header + "1,Bolt,Hardware,40,0.25") == [Self.bolt])
    }

    @Test("An empty file is one mistake, and a header alone is an empty table.")
    func empty() throws {
        for text in ["", "\n", "\u{FEFF}", "\u{1A}", "sep=,\n"] {
            #expect(mistakes(text) == ["line 1: found an empty file, expected \(Self.wanted)"])
        }
        #expect(mistakes("", "p.NDJSON") == ["line 1: found an empty file, expected [] for a table without rows"])
        let table = try read(Array(Self.header.utf8))
        #expect(table.rows.isEmpty && table.notes.isEmpty)
        #expect(try rows("[]").isEmpty)
    }

    @Test("A file of another kind has one mistake, however long it is.")
    func otherKinds() {
        let html = "<!DOCTYPE html>\n" + String(repeating: "<p>no, such, \"file\"</p>\n", count: 50)
        #expect(
            mistakes(html) == [
                "line 1: found no column product_id and no column reorder_threshold among "
                    + "\"<!DOCTYPE html>\", expected \(Self.wanted)"
            ])
        let log = String(repeating: "2026-03-30 08:00:00 INFO started, \"ok\"\n", count: 50)
        #expect(mistakes(log).count == 1)
        let jsonLog = String(repeating: "{\"ts\":1,\"message\":\"x\"}\n", count: 50)
        #expect(
            mistakes(jsonLog) == [
                "line 1: found a row with none of the fields, expected product_id, product_name, "
                    + "category, reorder_threshold, unit_price"
            ])
        let warehouses = String(repeating: "{\"warehouse_id\":1,\"warehouse_name\":\"x\"}\n", count: 50)
        #expect(mistakes(warehouses).count == 1)
        let bracketed = String(repeating: "[2026-03-30 08:00:00] INFO started\n", count: 50)
        #expect(mistakes(bracketed) == ["line 1: found 2026, expected an object for each row"])
        #expect(mistakes(String(repeating: "{\"a\n", count: 50)).count == 1)
        #expect(mistakes("[1,2,3]").count == 1)
    }

    @Test("JSON objects may take several lines each, as jq prints them.")
    func printedJSON() throws {
        let object = "{\n  \"product_id\": 1,\n  \"reorder_threshold\": 40\n}\n"
        let text = object + object.replacing(": 1", with: ": 2")
        #expect(try rows(text).map(\.id) == [ProductID(1), ProductID(2)])
        #expect(
            mistakes(object + object) == ["line 5, product_id: found 1 again, expected each id once (line 1 has it)"])
        #expect(
            mistakes(object + "{\n  \"product_id\" 2\n}") == [
                "line 6: found 2\n}, expected ':' after a field's name"
                    .replacing("\n", with: "\\n")
            ])
    }

    static let unlabelled = Product(id: ProductID(1), name: "Bolt", category: "", reorderThreshold: 40)

    @Test("A label and a price may be null, empty or missing, in CSV and in JSON.")
    func labels() throws {
        let lamp = #"{"product_id":2,"product_name":"Lamp","category":"Light","reorder_threshold":100}"#
        var priced = Self.unlabelled
        priced.unitPrice = ExactDecimal(unscaled: 25, scale: 2)
        #expect(try rows(Self.header + "1,Bolt,,40,0.25\n2,Lamp,Light,100,19.90\n").first == priced)
        #expect(try rows(Self.header + "1,Bolt,\"\",40,0.25\n2,Lamp,Light,100,19.90\n").first == priced)
        let json = #"{"product_id":1,"product_name":"Bolt","category":null,"reorder_threshold":40}"#
        #expect(try rows("[\(json),\(lamp)]").first == Self.unlabelled)
        let without = #"[{"product_id":1,"product_name":"Bolt","reorder_threshold":40}]"#
        #expect(try rows(without) == [Self.unlabelled])
        for price in ["null", "\"\""] {
            #expect(try rows("[" + json.dropLast() + ",\"unit_price\":\(price)}]") == [Self.unlabelled])
        }
        let warehouses = try ReferenceRows.warehouses(file: Array("warehouse_id\n3\n".utf8), path: "w")
        #expect(warehouses.rows == [Warehouse(id: WarehouseID(3), name: "", region: "")])
        #expect(warehouses.notes == ["no row has a warehouse_name or a region"])
    }

    @Test("A file in which no row has a label is accepted with a note, a file in which one lacks it is not noted.")
    func notes() throws {
        func notes(_ text: String) throws -> [String] { try read(Array(text.utf8)).notes }
        #expect(
            try notes("product_id,name,reorder_threshold\n1,Bolt,40\n")
                == ["no row has a product_name or a category"])
        #expect(
            try notes(#"[{"product_id":1,"product_name":"Bolt","reorder_threshold":40}]"#) == ["no row has a category"]
        )
        for unnamed in ["1,,,40,\n", "1,\"\",,40,\n2,,,50,\n"] {
            #expect(try notes(Self.header + unnamed) == ["no row has a product_name or a category"])
        }
        #expect(try notes(Self.header + "1,,,40,\n2,,Light,50,\n") == ["no row has a product_name"])
        #expect(try notes(Self.header + "1,Bolt,,40,\n2,,Light,50,\n").isEmpty)
        let regionless = Array("warehouse_id,warehouse_name,region\n3,North,\n".utf8)
        #expect(try ReferenceRows.warehouses(file: regionless, path: "w.csv").notes == ["no row has a region"])
        let unnamed = #"{"product_id":1,"product_name":null,"category":"","reorder_threshold":40}"#
        #expect(try notes(unnamed) == ["no row has a product_name or a category"])
        let named = #"{"product_id":2,"product_name":"Bolt","category":"x","reorder_threshold":40}"#
        #expect(try notes(unnamed + "\n" + named).isEmpty)
    }

    @Test("A label with half a surrogate pair is a mistake that says so.")
    func surrogates() {
        let mistakes = #expect(throws: ReferenceMistakes.self) {
            try read(Array(#"[{"product_id":1,"product_name":"Bolt \ud800","reorder_threshold":40}]"#.utf8))
        }
        #expect(
            mistakes?.description
                == #"line 1, product_name: found the string "Bolt \ud800", which holds half a surrogate pair, "#
                + "expected a string or null")
    }

    @Test("A line with too few fields is counted in words that fit the number.")
    func fieldCounts() {
        for (line, count) in [("1", "1 field"), ("1,x", "2 fields")] {
            let mistakes = #expect(throws: ReferenceMistakes.self) {
                try read(Array((Self.header + line + "\n").utf8))
            }
            #expect(
                mistakes?.description == "line 2: found \(count), expected 5, as many as the header names")
        }
    }

    @Test("A zero byte in a name is a part of it.")
    func zeroBytes() throws {
        #expect(try rows(Self.header + "1,Bo\0lt,x,40,\n").first?.name == "Bo\0lt")
        let json = #"[{"product_id":1,"product_name":"Bo\u0000lt","reorder_threshold":40}]"#
        #expect(try rows(json).first?.name == "Bo\0lt")
    }
}
