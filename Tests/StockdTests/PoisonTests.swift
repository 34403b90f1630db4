import Foundation
import Kafka
import Pipeline
import TestSupport
import Testing

@Suite("Poison messages", .blocking)
struct PoisonTests {
    /// Bodies that are no order events, each with the reason why it is rejected.
    private static let kinds: [(body: [UInt8], reason: String)] = [
        (Array("{]".utf8), "invalid_json"),
        (Array("".utf8), "invalid_json"),
        ([0xFF, 0xFE, 0x00, 0x7B], "invalid_utf8"),
        (Array(#"{"event_id":1,"event_type":"SHIPPED","product_id":1}"#.utf8), "missing_field"),
        (order(#""quantity":-1,"event_time":0"#), "quantity_out_of_range"),
        (order(#""quantity":1,"event_time":"30 March""#), "invalid_timestamp"),
    ]

    /// A recent time, because a broker deletes messages that are older than a topic's retention.
    private static let recentMs = Int64(Date().timeIntervalSince1970) * 1_000

    private static func order(_ rest: String) -> [UInt8] {
        Array(#"{"event_id":1,"event_type":"SHIPPED","product_id":1,"warehouse_id":1,\#(rest)}"#.utf8)
    }

    private struct Poison {
        var key: [UInt8]?
        var body: [UInt8]
        var reason: String
        var headers: [Header]
        var timestampMs: Int64
    }

    private static func poison(_ random: inout SeededRandom) -> Poison {
        let kind = kinds[Int.random(in: 0..<kinds.count, using: &random)]
        return Poison(
            key: Bool.random(using: &random) ? [0, 1, 0xFF] : nil, body: kind.body, reason: kind.reason,
            headers: [
                Header("trace", [0, 0xFF, UInt8.random(in: 0...255, using: &random)]), Header("none", nil),
                Header("trace", [UInt8]()),
            ], timestampMs: Self.recentMs - .random(in: 0..<1_000_000, using: &random))
    }

    @Test("bad messages among 100,000 events change no view and become dead letters")
    func hundredThousand() throws {
        let seed = SeededRandom.runSeed
        let partitions: Int32 = 6
        let rig = try Rig("poison", partitions: partitions, catalog: Shop.catalog)
        defer { rig.close() }
        rig.start()
        var random = SeededRandom(seed: seed &+ 1)
        let orders = Shop.orders(100_000, seed: seed)
        let places = Set((0..<40).map { _ in Int.random(in: 0..<orders.count, using: &random) })
        var poisons: [Poison] = []
        for (index, order) in orders.enumerated() {
            try rig.post(order)
            guard places.contains(index) else { continue }
            let poison = Self.poison(&random)
            try rig.post(
                poison.body, key: poison.key, partition: .random(in: 0..<partitions, using: &random),
                headers: poison.headers, timestampMs: poison.timestampMs)
            poisons.append(poison)
        }
        try rig.flush()
        let views = try rig.settledViews()
        let expected = Recomputation(orders)
        #expect(views.stockRows == expected.stockRows, "seed \(seed)")
        #expect(views.rollupRows == expected.rollup, "seed \(seed)")
        let counts = try rig.counts
        #expect(counts.input.applied == orders.count, "seed \(seed)")
        #expect(counts.input.rejected == poisons.count, "seed \(seed)")
        #expect(counts.input.duplicates == 0, "seed \(seed)")
        try rig.stop()

        let book = try rig.alertBook()
        #expect(book.faults == [], "seed \(seed)")
        #expect(book.levels == expected.alerts.mapValues(\.level), "seed \(seed)")
        #expect(book.count == counts.alertChanges, "seed \(seed)")
        try checkLetters(rig, poisons)
    }

    /// Every dead letter equals the message that it names, byte for byte, and gives the reason.
    private func checkLetters(_ rig: Rig, _ poisons: [Poison]) throws {
        let letters = try rig.read(.deadLetters)
        let places = Set(letters.map { Place($0) })
        #expect(letters.count == poisons.count && places.count == poisons.count)
        let originals = try rig.cluster.read(rig.topic(.input), rig.admin) { places.contains(Place($0)) }
        let byPlace = Dictionary(uniqueKeysWithValues: originals.map { (Place(original: $0), $0) })
        var seen: [String: Int] = [:]
        for letter in letters {
            let original = try #require(byPlace[Place(letter)])
            #expect(letter.key == original.key)
            #expect(letter.value == original.value)
            #expect(letter.timestampMs == original.timestampMs)
            #expect(Array(letter.headers.prefix(3)) == original.headers)
            #expect(
                letter.headers.dropFirst(3).map(\.name) == [
                    "__stockd.errors.topic", "__stockd.errors.partition", "__stockd.errors.offset",
                    "__stockd.errors.reason", "__stockd.errors.message",
                ])
            #expect(letter.text("topic") == rig.topic(.input))
            let reason = letter.text("reason")
            seen[reason, default: 0] += 1
            #expect(Self.kinds.contains { $0.reason == reason && $0.body == original.value ?? [] })
            #expect(!letter.text("message").isEmpty)
        }
        #expect(seen == Dictionary(poisons.map { ($0.reason, 1) }, uniquingKeysWith: +))
        #expect(
            originals.map(\.timestampMs).sorted() == poisons.map(\.timestampMs).sorted(),
            "the test's own reading")
    }
}

/// The input partition and the offset of a message.
private struct Place: Hashable {
    let partition: String
    let offset: String

    init(_ letter: Message) {
        partition = letter.text("partition")
        offset = letter.text("offset")
    }

    init(original: Message) {
        partition = "\(original.partition)"
        offset = "\(original.offset)"
    }

    init(_ record: Record) {
        partition = "\(record.partition)"
        offset = "\(record.offset)"
    }
}

extension Message {
    /// The value of one of stockd's own headers.
    fileprivate func text(_ name: String) -> String {
        let header = headers.last { $0.name == "__stockd.errors.\(name)" }
        return String(decoding: header?.value ?? [], as: UTF8.self)
    }
}
