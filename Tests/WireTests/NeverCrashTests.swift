import Inventory
import TestSupport
import Testing

@testable import Wire

/// Gives every reader of bytes many kinds of garbage, each in a block of exactly its size.
@Suite struct NeverCrashTests {
    // Made once: that takes longer than reading.
    private let rejecting = EventDecoder(unknownType: .deadLetter)
    private let events = EventDecoder()
    private let input = InputDecoder()
    private let reference = ReferenceDecoder()
    private let ids: IDs
    private let textEvents: EventDecoder
    private let textReference: ReferenceDecoder

    init() {
        ids = IDs(event: .text, product: .text, warehouse: .text, maxNames: 1000)
        textEvents = EventDecoder(ids: ids)
        textReference = ReferenceDecoder(ids: ids)
    }

    private func readEverything(_ bytes: [UInt8]) {
        readTexts(bytes)
        withExactBytes(bytes) { block in
            _ = try? rejecting.decode(block)
            _ = try? events.scanned(block.bytes)
            _ = input.typeName(block)
            _ = RFC3339.parse(block)
            _ = try? reference.product(key: nil, value: block)
            _ = try? reference.warehouse(key: block, value: block)
            _ = try? reference.product(key: block, value: nil)
        }
        _ = try? ReferenceRows.products(csv: bytes)
        _ = try? ReferenceRows.products(file: bytes, path: "products")
        _ = try? ReferenceRows.products(json: bytes)
    }

    /// As `readEverything`, with ids that are texts.
    private func readTexts(_ bytes: [UInt8]) {
        withExactBytes(bytes) { block in
            _ = try? textEvents.decode(block)
            _ = try? textEvents.scanned(block.bytes)
            _ = try? textReference.warehouse(key: block, value: block)
            _ = try? textReference.product(key: block, value: nil)
        }
        _ = try? ReferenceRows.products(file: bytes, path: "products", ids)
    }

    @Test("random bytes are read without harm")
    func randomBytes() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<2000 {
            readEverything((0..<random.below(200)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        }
    }

    @Test("random JSON punctuation is read without harm")
    func punctuation() {
        var random = SeededRandom(seed: 2)
        let alphabet = Array(#"{}[]:,"\u0-1.eE+tfn \#u{9} é"#.utf8) + [0xFF, 0xC3]
        for _ in 0..<4000 {
            readEverything((0..<random.below(60)).map { _ in random.pick(alphabet) })
        }
    }

    @Test("every beginning of a good text is read without harm")
    func cutTexts() {
        var random = SeededRandom(seed: 3)
        for _ in 0..<20 {
            let bytes = Array(EventText.random(&random).text.utf8)
            for cut in 0...bytes.count { readEverything(Array(bytes[..<cut])) }
            let texts = Array(TextIDTests.message(ids, &random).utf8)
            for cut in 0...texts.count { readTexts(Array(texts[..<cut])) }
        }
        let csv = Array(
            "product_id,product_name,category,reorder_threshold\r\n1,\"a \"\"b\"\"\nc\",é,\n2,x,y,5\n".utf8)
        for cut in 0...csv.count { readEverything(Array(csv[..<cut])) }
    }

    @Test("damaged texts are read without harm")
    func damagedTexts() {
        for seed in UInt64(1)...3000 {
            var random = SeededRandom(seed: seed)
            var bytes = Array(EventText.random(&random).text.utf8)
            for _ in 0..<1 + random.below(6) { Mutation.apply(to: &bytes, other: bytes, &random) }
            readEverything(bytes)
            var texts = Array(TextIDTests.message(ids, &random).utf8)
            for _ in 0..<1 + random.below(6) { Mutation.apply(to: &texts, other: bytes, &random) }
            readTexts(texts)
        }
    }

    @Test("an empty buffer without an address is read without harm")
    func emptyBuffer() {
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        #expect(throws: BadEvent.self) { try EventDecoder().decode(nothing) }
        #expect(InputDecoder().typeName(nothing) == nil)
        #expect(RFC3339.parse(nothing) == nil)
        #expect(throws: BadEvent.self) { try ReferenceDecoder().product(key: nothing, value: nothing) }
    }
}
