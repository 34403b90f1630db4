import Foundation
import Inventory
import TestSupport
import Testing

@testable import Wire

@Suite struct ByteWriterTests {
    @Test("64-bit and 32-bit integers are written in full")
    func integers() {
        var random = SeededRandom(seed: 5)
        var numbers: [Int64] = [0, 1, -1, 9, 10, 99, 100, .max, .min, .min + 1, 1_000_000_000, -10]
        numbers += (0..<2000).map { _ in random.int64() }
        for number in numbers { #expect(written { $0.append(number) } == String(number)) }
        for number in [Int32.min, -1, 0, .max] { #expect(written { $0.append(number) } == String(number)) }
        for number in [
            0, 9, 10, UInt64(Int64.max) + 1, .max, 10_000_000_000_000_000_000, 9_999_999_999_999_999_999,
        ] {
            #expect(written { $0.append(number) } == String(number))
        }
    }

    @Test("128-bit integers are written in full")
    func wideIntegers() {
        var random = SeededRandom(seed: 6)
        var numbers: [Int128] = [0, .max, .min, Int128(Int64.max) + 1, Int128(Int64.min) - 1]
        for power in 1...38 {
            let ten = (0..<power).reduce(Int128(1)) { ten, _ in ten * 10 }
            numbers += [ten, ten - 1, ten + 1, -ten, 1 - ten]
        }
        for _ in 0..<1000 {
            let any = UInt128(random.next()) << 64 | UInt128(random.next())
            numbers.append(Int128(truncatingIfNeeded: any) >> Int128(random.below(127)))
        }
        for number in numbers { #expect(written { $0.append(number) } == String(number)) }
    }

    @Test("Foundation reads JSON strings back as they were")
    func jsonStrings() throws {
        var texts = ["", "plain", "a\"b\\c/d", "é😀\u{2028}\u{7f}"]
        texts += (0..<0x30).map { "a\(Unicode.Scalar($0).map(String.init) ?? "")b" }
        texts.append(String(repeating: "long \"text\" ", count: 500))
        for text in texts {
            let json = written { $0.append(jsonString: text) }
            #expect(written { $0.append(jsonString: Text(text)) } == json)
            let read = try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed)
            #expect(Array((read as? String ?? "?").unicodeScalars) == Array(text.unicodeScalars), "\(json)")
        }
        #expect(written { $0.append(jsonString: "\u{1}\u{1f}\n") } == #""\u0001\u001f\n""#)
    }

    @Test("CSV fields are quoted exactly when they must be")
    func csvFields() {
        func field(_ text: Text) -> String { written { $0.append(csvField: text) } }
        #expect(field("plain text") == "plain text")
        #expect(field("é;'") == "é;'")
        #expect(field("a,b") == "\"a,b\"")
        #expect(field("say \"hi\"") == "\"say \"\"hi\"\"\"")
        #expect(field("two\nlines") == "\"two\nlines\"")
        #expect(field("\r") == "\"\r\"")
        #expect(field("") == "")
    }

    @Test("a byte writer can be truncated, emptied and used again")
    func reuse() {
        var out = ByteWriter(capacity: 1)
        for _ in 0..<3 {
            for _ in 0..<1000 { out.append("0123456789") }
            #expect(out.count == 10_000)
            out.truncate(to: 5)
            out.append(byte: 0x21)
            #expect(String(decoding: out.bytes, as: UTF8.self) == "01234!")
            out.removeAll()
            #expect(out.count == 0 && out.bytes.isEmpty)
        }
        [UInt8]([1, 2, 3]).withUnsafeBytes { out.append($0) }
        out.append(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(out.withUnsafeBytes { $0.count } == 3)
    }
}
