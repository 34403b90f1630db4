import Testing

@testable import Inventory

@Suite struct TextTests {
    @Test func `texts are the same when their bytes are, wherever they lie`() {
        let pool = Array("Cable, Cab".utf8)
        let cable = Text(0..<5, of: pool)
        #expect(cable == "Cable")
        #expect(cable.hashValue == Text("Cable").hashValue)
        #expect(Text(7..<10, of: pool) == Text(0..<3, of: pool))
        #expect(Text(7..<10, of: pool) != cable)
        #expect("\(Text(0..<0, of: pool))" == "")
        // The same to a reader, and yet another name for whoever compares bytes downstream.
        #expect(Text("é") != Text("e\u{301}"))
    }

    @Test func `a text comes back as the string it was`() {
        for string in ["", "é 日本 😀", "\u{0}", String(repeating: "x", count: 1_000)] {
            #expect(Text(string).string == string)
            Text(string).withUTF8 { #expect(Array($0) == Array(string.utf8)) }
        }
    }
}
