import Testing

@testable import Inventory

@Suite struct TextTests {
    @Test("texts are equal when their bytes are, wherever they are stored")
    func equality() {
        let pool = Array("Cable, Cab".utf8)
        let cable = Text(0..<5, of: pool)
        #expect(cable == "Cable")
        #expect(cable.hashValue == Text("Cable").hashValue)
        #expect(Text(7..<10, of: pool) == Text(0..<3, of: pool))
        #expect(Text(7..<10, of: pool) != cable)
        #expect("\(Text(0..<0, of: pool))" == "")
        // They look the same, but consumers that compare bytes see two names.
        #expect(Text("é") != Text("e\u{301}"))
    }

    @Test("a text is read back as the string it was made of")
    func strings() {
        for string in ["", "é 日本 😀", "\u{0}", String(repeating: "x", count: 1_000)] {
            #expect(Text(string).string == string)
            Text(string).withUTF8 { #expect(Array($0) == Array(string.utf8)) }
        }
    }
}
