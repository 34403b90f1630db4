import Foundation
import Inventory
import Testing

@testable import Wire

@Suite struct ForeignContentTests {
    static let line = "product_id,product_name\n1,Bolt\n"

    /// The first bytes of what the programs of these names write for a file that holds `a` and a line end.
    static let packed: [(String, String)] = [
        ("1f8b08088806 0d6b0003 7400 4be40200 07a1eadd 02000000", "gzip-compressed data"),
        ("28b52ffd 2402 110000 610a 55c8cc1e", "zstd-compressed data"),
        ("425a6839314159265359633ed6e2000000c100001020002000210082b177245385090633ed6e20", "bzip2-compressed data"),
        ("fd377a585a00 0004e6d6b4460200210116000000742fe5a3", "xz-compressed data"),
        ("04224d18 6440a702000080610a00000000 85954d99", "lz4-compressed data"),
        (
            "504b0304140000000000fa297e5d2b84261204000000040000000f000000786c2f776f726b626f6f6b2e786d6c3c782f3e",
            "a zip archive, such as an Excel workbook"
        ),
        ("504b0304140000000000fa297e5db7efdc83010000000100000005000000612e63737631", "a zip archive"),
        (
            "d0cf11e0a1b11ae1 00000000000000000000000000000000 3e000300feff0900",
            "an Office document of the old kind, such as an .xls workbook"
        ),
        ("50415231 15041510 151415", "a Parquet file"),
        ("4f626a01 0416 6176726f2e736368656d61", "an Avro file"),
        ("255044462d312e340a", "a PDF document"),
    ]

    func name(_ bytes: [UInt8]) -> String? { ForeignContent.name(of: bytes.span.bytes) }

    @Test("Packed files and documents of other programs are known by name.", arguments: packed)
    func packedFile(hex: String, name: String) {
        let digits = hex.filter { $0 != " " }.map { UInt8($0.hexDigitValue ?? 0) }
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
        #expect(self.name(bytes) == name)
    }

    @Test("UTF-16 and UTF-32 are known with their mark and without it.")
    func encodings() throws {
        for encoding in [String.Encoding.utf16LittleEndian, .utf16BigEndian] {
            for mark in ["\u{FEFF}", ""] {
                #expect(try name(Array(#require((mark + Self.line).data(using: encoding)))) == "text in UTF-16")
            }
        }
        for encoding in [String.Encoding.utf32LittleEndian, .utf32BigEndian] {
            for mark in ["\u{FEFF}", ""] {
                #expect(try name(Array(#require((mark + Self.line).data(using: encoding)))) == "text in UTF-32")
            }
        }
    }

    @Test(
        "Text in UTF-8, framed messages and unknown bytes have no name of something else.",
        arguments: [
            "", "a", "ab", Self.line, "\u{FEFF}" + Self.line, "BZhang,1", "PK", "\0\0\0\0\u{1}{\"event_id\":1}",
            "\0\0",
            "\0\0\0\0", "ü", "{\"event_id\":1}",
        ])
    func text(text: String) {
        #expect(name(Array(text.utf8)) == nil)
    }

    @Test("A file or an event in another encoding is refused alike for ids of either kind.", arguments: [false, true])
    func ids(areTexts: Bool) throws {
        let ids = areTexts ? IDs(event: .text, product: .text, warehouse: .text) : .integers
        let decoder = EventDecoder(ids: ids)
        for encoding in [String.Encoding.utf16LittleEndian, .utf16BigEndian] {
            for mark in ["\u{FEFF}", ""] {
                func encoded(_ text: String) throws -> [UInt8] {
                    try Array(#require((mark + text).data(using: encoding)))
                }
                let file = try encoded("product_id,product_name,reorder_threshold\n1,Bolt,40\n")
                #expect(
                    throws: ReferenceMistakes(
                        line: nil, found: "text in UTF-16", expected: "CSV or JSON, unpacked and in UTF-8")
                ) { try ReferenceRows.products(file: file, path: "p.csv", ids) }
                let event = try encoded(eventText())
                let error = #expect(throws: BadEvent.self) { try decoder.decode(event) }
                #expect(error?.message == "the message is text in UTF-16, but stockd reads JSON in UTF-8")
            }
        }
        let file = "product_id,product_name,reorder_threshold\nM?1,Bolt,40\n"
        let latin1 = Array(file.utf8).map { $0 == 0x3F ? 0xFC : $0 }
        #expect(
            throws: ReferenceMistakes(
                line: 2, found: "bytes that are not UTF-8, \"\\xfc1,B\"", expected: "a file saved as UTF-8")
        ) { try ReferenceRows.products(file: latin1, path: "p.csv", ids) }
        for field in TextIDTests.fields {
            let bytes = Array(eventText(field, "\"M?1\"").utf8)
            let error = #expect(throws: BadEvent.self) { try decoder.decode(bytes.map { $0 == 0x3F ? 0xFC : $0 }) }
            let place = bytes.firstIndex(of: 0x3F) ?? 0
            #expect(error?.message == "the message is not UTF-8: byte \(place) begins \\xfc1\",")
            #expect(error?.reason == .invalidUTF8)
        }
    }

    @Test("Latin-1 and a single byte of a mark have no name of something else.")
    func others() {
        #expect(name([0x66, 0xFC, 0x72]) == nil)
        #expect(name([0xFF]) == nil)
        #expect(name([0xFE, 0x01]) == nil)
    }
}
