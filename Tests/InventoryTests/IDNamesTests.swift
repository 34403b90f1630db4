import Synchronization
import TestSupport
import Testing

@testable import Inventory

@Suite struct IDNamesTests {
    @Test("a text keeps its number, and no two texts share one")
    func numbers() {
        let names = IDNames()
        let texts = (0..<20_000).map { "SKU-\($0 * 7919)" } + ["a", "A", "\u{E9}", "e\u{301}", "x/y", " "]
        let numbers = texts.map { names.intern($0) }
        #expect(Set(numbers).count == texts.count && !numbers.contains(nil))
        #expect(texts.map { names.intern($0) } == numbers && names.count == texts.count)
        #expect(zip(texts, numbers).allSatisfy { names.string($1 ?? -1) == $0 })
        #expect(names.number("SKU-none") == nil && names.number("x/y") == numbers[20_004])
    }

    @Test("texts of every length up to 255 bytes that differ in one byte stay apart")
    func lengths() {
        let names = IDNames()
        var texts: [String] = []
        for length in 1...255 {
            let text = String(repeating: "k", count: length)
            texts += [text, String(text.dropLast()) + "l", "l" + String(text.dropFirst())]
        }
        let different = Set(texts)
        for text in texts { _ = names.intern(text) }
        #expect(names.count == different.count)
        #expect(different.allSatisfy { text in names.number(text).map { names.string($0) } == text })
    }

    @Test("texts that fill several chunks keep their bytes")
    func chunks() {
        let names = IDNames()
        let texts = (0..<20_000).map { "\($0)-" + String(repeating: "x", count: $0 % 249) }
        let numbers = texts.map { names.intern($0) ?? -1 }
        #expect(Set(numbers).count == texts.count && (numbers.max() ?? 0) > 2 << 17)
        #expect(zip(texts, numbers).allSatisfy { names.string($1) == $0 && names.number($0) == $1 })
    }

    @Test("without new names a text that has no number gets none, and the others keep theirs")
    func withoutNewNames() throws {
        let ids = Inventory.IDs(product: .text)
        let names = try #require(ids.names)
        let a = try #require(names.intern("a"))
        func number(_ text: String, _ ids: Inventory.IDs) -> Int32? {
            Array(text.utf8).withUnsafeBytes { ids.number(ofName: $0) }
        }
        #expect(number("c", ids.withoutNewNames) == nil && number("a", ids.withoutNewNames) == a)
        #expect(names.count == 1)
        let c = try #require(number("c", ids))
        #expect(c != a && number("c", ids.withoutNewNames) == c && names.count == 2)
    }

    @Test("workers that bring the same texts at the same time get the same numbers")
    func concurrentUse() async {
        let names = IDNames()
        let texts = (0..<30_000).map { "name-\($0)" }
        let found = await withTaskGroup(of: [Int32?].self) { group in
            for task in 0..<4 {
                group.addTask {
                    var random = SeededRandom(seed: UInt64(task))
                    for _ in 0..<60_000 {
                        let text = texts[random.below(texts.count)]
                        guard let number = names.intern(text), names.string(number) == text else { return [] }
                    }
                    return texts.map { names.intern($0) }
                }
            }
            return await group.reduce(into: [[Int32?]]()) { $0.append($1) }
        }
        #expect(Set(found).count == 1 && Set(found[0]).count == texts.count)
        #expect(names.count == texts.count)
    }

    @Test("ids are in the order of numbers, or of their texts' bytes")
    func order() {
        let ids = Inventory.IDs(product: .text)
        let texts = ["", "A", "B", "a", "aa", "aaaaaaaa", "aaaaaaaaa", "aaaaaaaab", "b", "\u{E9}", "\u{1F600}"]
            .dropFirst()
        let products = texts.shuffled().compactMap { ids.names?.intern($0).map { ProductID($0) } }
        #expect(products.sorted { ids.isBefore($0, $1) }.map { ids.string($0) } == Array(texts))
        #expect(ids.isBefore(WarehouseID(2), WarehouseID(10)) && !ids.isBefore(WarehouseID(2), WarehouseID(2)))
        #expect(ids.product("aa").map { ids.string($0) } == "aa" && ids.product("none") == nil)
        #expect(ids.warehouse("7") == WarehouseID(7) && ids.warehouse("07") == nil && ids.warehouse("x") == nil)
    }
}

extension IDNames {
    func intern(_ text: String) -> Int32? {
        Array(text.utf8).withUnsafeBytes { intern($0) }
    }

    func number(_ text: String) -> Int32? { Array(text.utf8).withUnsafeBytes { number(of: $0) } }

    func string(_ number: Int32) -> String { String(decoding: text(number), as: UTF8.self) }
}
