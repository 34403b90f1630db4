import TestSupport
import Testing

@testable import Inventory

@Suite struct TextHashTests {
    /// `vectors_sip128` of the authors' reference code, for the key 00 01 … 0f and the texts 00, 00 01, …
    @Test(
        "the hash is SipHash-2-4 of 128 bits",
        arguments: [
            (0, "a3817f04ba25a8e66df67214c7550293"), (1, "da87c1d86b99af44347659119b22fc45"),
            (2, "8177228da4a45dc7fca38bdef60affe4"), (3, "9c70b60c5267a94e5f33b6b02985ed51"),
            (7, "a1f1ebbed8dbc153c0b84aa61ff08239"), (8, "3b62a9ba6258f5610f83e264f31497b4"),
            (15, "5493e99933b0a8117e08ec0f97cfc3d9"), (16, "6ee2a4ca67b054bbfd3315bf85230577"),
        ])
    func vectors(length: Int, expected: String) {
        let text = (0..<length).map { UInt8($0) }
        let key: (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908)
        let (low, high) = text.withUnsafeBytes { TextHash.hash($0, key: key) }
        let bytes = [low, high].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) } }
        #expect(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == expected)
    }

    @Test("a text's id is no integer's, and texts that differ anywhere have different ids")
    func differences() {
        let texts = [
            "A", "a", "A ", " A", "AA", "\u{E9}", "e\u{301}", "0", "1", "00", String(repeating: "x", count: 255),
        ]
        let ids = texts.map { EventID(text: $0) }
        #expect(Set(ids).count == texts.count)
        #expect(ids.allSatisfy(\.isText) && !ids.contains(EventID(0)))
        #expect(EventID(text: "SKU-1") == EventID(text: "SKU-1"))
    }
}
