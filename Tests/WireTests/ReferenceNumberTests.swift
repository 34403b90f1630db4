import Inventory
import Testing
import Wire

/// Numbers in CSV as people, spreadsheets and databases write them.
@Suite struct ReferenceNumberTests {
    static let header = "product_id,product_name,category,reorder_threshold,unit_price\n"
    static let integer = "an integer from -2147483648 to 2147483647"
    static let decimal = "a decimal number of at most 38 digits, such as 79.99"
    static let separators = ", with a point before decimals and no other separators"
    static let nothing = "; leave the field empty if there is none"

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

    @Test(
        "A threshold is read as a person reads it.",
        arguments: [
            ("40", 40), ("+40", 40), (" 40 ", 40), ("\" 40 \"", 40), ("\u{A0}40\u{A0}", 40), ("\t40", 40),
            ("30.0", 30),
            ("30.", 30), ("00001", 1), ("007.0", 7), ("0", 0), ("-0", 0), ("-005", -5), ("5e1", 50),
            ("1E+05", 100_000),
            ("40.00", 40), ("0.000", 0), ("2147483647", 2_147_483_647),
        ])
    func thresholds(written: String, value: Int32) throws {
        #expect(try products(Self.header + "00001,Bolt,x,\(written),\n").first?.reorderThreshold == value)
        #expect(try products(Self.header + "\(written),Bolt,x,1,\n").first?.id == ProductID(value))
    }

    @Test(
        "An empty threshold or price is none, in quotes and between blanks too.",
        arguments: ["", "\"\"", " ", "\" \""])
    func empty(field: String) throws {
        let row = try #require(try products(Self.header + "1,Bolt,x,\(field),\(field)\n").first)
        #expect(row.reorderThreshold == nil && row.unitPrice == nil)
    }

    @Test(
        "A price is read as a person reads it, and keeps its digits.",
        arguments: [
            ("19.90", "19.90"), ("+19.90", "19.90"), (" 19.90 ", "19.90"), ("007.50", "7.50"), (".5", "0.5"),
            ("5.", "5"),
            ("-.50", "-0.50"), ("1e2", "100"), ("1.000", "1.000"), ("0", "0"), ("000", "0"),
            ("99999999999999999999999999999999.999999", "99999999999999999999999999999999.999999"),
        ])
    func prices(written: String, value: String) throws {
        #expect(try products(Self.header + "1,Bolt,x,40,\(written)\n").first?.unitPrice?.description == value)
    }

    @Test(
        "What stands for nothing in other programs is refused with the advice to leave the field empty.",
        arguments: ["NULL", "null", "\\N", "N/A", "n/a", "-", "#N/A", "NaN", "None", "(null)", "—"])
    func nothings(word: String) {
        let found = "found \"\(word)\", expected "
        #expect(
            mistakes(Self.header + "1,Bolt,x,\(word),\(word)\n") == [
                "line 2, reorder_threshold: \(found)\(Self.integer)\(Self.nothing)",
                "line 2, unit_price: \(found)\(Self.decimal)\(Self.nothing)",
            ])
    }

    @Test("Separators of thousands, currency signs and what may be either are refused, each in its own words.")
    func refused() {
        func threshold(_ written: String) -> [String] {
            mistakes(Self.header + "1,Bolt,x,\(written),\n").map {
                $0.replacing("line 2, reorder_threshold: ", with: "")
            }
        }
        func price(_ written: String) -> [String] {
            mistakes(Self.header + "1,Bolt,x,1,\(written)\n").map { $0.replacing("line 2, unit_price: ", with: "") }
        }
        for written in ["1,000", "1.000,5", "1'000", "1.234.567", "1 000"] {
            #expect(
                threshold("\"\(written)\"") == ["found \"\(written)\", expected \(Self.integer), without separators"])
        }
        #expect(threshold("12.5") == ["found \"12.5\", expected \(Self.integer), or an empty field for no alerts"])
        for written in ["1.234,50", "0,25", "1 234.50", "1,234.50", "1.234.567"] {
            #expect(price("\"\(written)\"") == ["found \"\(written)\", expected \(Self.decimal)\(Self.separators)"])
        }
        for written in ["$18.00", "18.00 €", "£5"] {
            #expect(price(written) == ["found \"\(written)\", expected \(Self.decimal), without a currency sign"])
        }
        let either = " without a point, which may also separate thousands"
        #expect(threshold("1.000") == ["found \"1.000\", expected \(Self.integer)\(either)"])
        #expect(threshold("-40.000") == ["found \"-40.000\", expected \(Self.integer)\(either)"])
        #expect(price("79.99 EUR") == ["found \"79.99 EUR\", expected \(Self.decimal)"])
        for written in ["++4", "+-4", "- 4", "+", ".", "4+", "0x10", "='40'", "1e", "--4"] {
            #expect(threshold(written).count == 1, "\(written)")
            #expect(price(written).count == 1, "\(written)")
        }
    }

    @Test("Every wrong number of a file is named with its line and what would be right.")
    func everyMistake() {
        let text =
            Self.header + "00001,Bolt,Hardware,40,0.25\n2,Lamp,Light,\"1,000\",19.90\n3,C,x,30.0,$18.00\n"
            + "4,D,x,12.5,\"1.234,50\"\n5,E,x,NULL,1e2\n6,F,x,N/A,\n7,G,x, 40 ,\n8,H,x,+40,\nSKU-9,I,x,40,\n"
            + "2147483648,J,x,1,\n"
        #expect(
            mistakes(text) == [
                "line 3, reorder_threshold: found \"1,000\", expected \(Self.integer), without separators",
                "line 4, unit_price: found \"$18.00\", expected \(Self.decimal), without a currency sign",
                "line 5, reorder_threshold: found \"12.5\", expected \(Self.integer), or an empty field for no alerts",
                "line 5, unit_price: found \"1.234,50\", expected \(Self.decimal)\(Self.separators)",
                "line 6, reorder_threshold: found \"NULL\", expected \(Self.integer)\(Self.nothing)",
                "line 7, reorder_threshold: found \"N/A\", expected \(Self.integer)\(Self.nothing)",
                "line 10, product_id: found \"SKU-9\", expected \(Self.integer)",
                "line 11, product_id: found \"2147483648\", expected \(Self.integer)",
            ])
        #expect(
            mistakes(Self.header + "1,Bolt,Hardware,NULL,\n2,Lamp,Light,\\N,\n") == [
                "line 2, reorder_threshold: found \"NULL\", expected \(Self.integer)\(Self.nothing)",
                "line 3, reorder_threshold: found \"\\N\", expected \(Self.integer)\(Self.nothing)",
            ])
    }

    @Test(
        "An id that stands for nothing is refused without the advice to leave it empty.", arguments: ["NULL", "-", ""])
    func noID(word: String) {
        let found = word.isEmpty ? "an empty field" : "\"\(word)\""
        #expect(
            mistakes(Self.header + "\(word),Bolt,x,1,\n") == [
                "line 2, product_id: found \(found), expected \(Self.integer)"
            ])
    }

    @Test("The same number twice is one id twice, however it is written.")
    func sameID() {
        #expect(
            mistakes(Self.header + "1,a,b,5,1\n00001,c,d,5,1\n") == [
                "line 3, product_id: found 1 again, expected each id once (line 2 has it)"
            ])
    }

    @Test("JSON numbers keep to JSON.", arguments: ["\"40\"", "\"+40\"", "040", "+40", "30.", "\"\""])
    func json(written: String) {
        let text = "[{\"product_id\":1,\"reorder_threshold\":\(written)}]"
        #expect(throws: ReferenceMistakes.self) { try ReferenceRows.products(json: Array(text.utf8)) }
    }
}
