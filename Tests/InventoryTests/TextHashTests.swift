import TestSupport
import Testing

@testable import Inventory

@Suite struct TextHashTests {
    /// Values of the Rust compiler's tests (`compiler/rustc_data_structures/src/sip128/tests.rs`), for the key
    /// 00 01 … 0f and the texts 00, 00 01, …
    @Test(
        "the hash is SipHash-1-3 of 128 bits",
        arguments: [
            (0, "e77ebcb22788a5befd62db6add303001"), (1, "fc6f370460d3eda85e0573cc2b2ff063"),
            (2, "75787f090569839b855bc9548c6aea95"), (3, "6bc5ccfa1edcf79f4823187712ebd743"),
            (7, "1084b923f2aae0c3a62f2ec80848ab77"), (8, "aa12fee1d5e3dab4724f16ab35f9c799"),
            (15, "c17e5505b2bd526c2921cdec1e7e0109"), (16, "d0a8d95715518eebb513b0f83d9e1793"),
            (36, "37a110f002718edad24b3f9ee453f140"), (63, "4c5800e34efe426f079f6b0aa75260ad"),
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
