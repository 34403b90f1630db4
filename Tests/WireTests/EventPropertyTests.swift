import Inventory
import TestSupport
import Testing

@testable import Wire

@Suite struct EventPropertyTests {
    let decoder = EventDecoder(signs: SignTable(["RECEIVED": 1, "RETURNED": 1, "SHIPPED": -1, "COUNTED": 0]))

    @Test("an event is read the same from every way of writing it")
    func randomForms() throws {
        var predicted = 0
        for seed in UInt64(1)...4000 {
            var random = SeededRandom(seed: seed)
            let sample = EventText.random(&random)
            var expected = sample.event
            if sample.text.contains("COUNTED") { expected.typeIsKnown = true }
            let result = decoder.result(Array(sample.text.utf8))
            // "COUNTED" may be written with escapes, which the search above misses: ignore typeIsKnown at 0 units.
            guard case .success(var event) = result else {
                Issue.record("seed \(seed): \(result) for \(sample.text)")
                continue
            }
            if event.units == 0 { (event.typeIsKnown, expected.typeIsKnown) = (true, true) }
            #expect(event == expected, "seed \(seed): \(sample.text)")
            if withExactBytes(Array(sample.text.utf8), { decoder.predicted($0.bytes) }) != nil {
                predicted += 1
            }
        }
        #expect(predicted > 200, "the predicted form was met \(predicted) times")
    }

    @Test("an event that the predicted form accepts is read the same by the scanner")
    func agreement() {
        var accepted = 0
        for seed in UInt64(1)...30_000 {
            var random = SeededRandom(seed: seed)
            var bytes = Array(Self.predictable(&random).utf8)
            let other = Array(Self.predictable(&random).utf8)
            for _ in 0..<random.below(3) { Mutation.apply(to: &bytes, other: other, &random) }
            withExactBytes(bytes) { block in
                guard let event = decoder.predicted(block.bytes) else { return }
                accepted += 1
                let scanned = Result { () throws(BadEvent) in try decoder.scanned(block.bytes) }
                #expect(scanned == .success(event), "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
            }
        }
        #expect(accepted > 8000, "\(accepted) accepted")
    }

    @Test("the predicted form and the scanner agree on integers of every length")
    func integerLengths() {
        for length in 1...20 {
            for first in ["1", "9", "0", "-1"] {
                let digits = first + String(repeating: "7", count: length - 1)
                for field in ["event_id", "product_id", "warehouse_id", "quantity"] {
                    let bytes = Array(eventText(field, digits).utf8)
                    withExactBytes(bytes) { block in
                        let scanned = try? decoder.scanned(block.bytes)
                        let predicted = decoder.predicted(block.bytes)
                        #expect(predicted == nil || predicted == scanned, "\(field) \(digits)")
                        #expect((try? decoder.decode(block)) == scanned, "\(field) \(digits)")
                    }
                }
            }
        }
    }

    /// The two forms that the decoder predicts, with numbers of all lengths.
    static func predictable(_ random: inout SeededRandom) -> String {
        let (colon, comma) = random.chance(2) ? (":", ",") : (": ", ", ")
        let type = random.pick(["RECEIVED", "SHIPPED", "RETURNED", "COUNTED"])
        let id = random.below(3) == 0 ? random.int64() : Int64(random.below(1_000_000_000))
        let time = RFC3339.string(Timestamp(microseconds: Int64(random.below(1_900_000_000)) * 1_000_000))
        let fields = [
            ("event_id", "\(id)"), ("event_type", "\"\(type)\""), ("product_id", "\(random.below(1 << 31))"),
            ("warehouse_id", "\(random.below(100))"), ("quantity", "\(random.below(10_000))"),
            ("event_time", "\"\(time.dropLast())\(random.pick(["Z", ".5Z", "+02:00", ""]))\""),
        ]
        return "{" + fields.map { "\"\($0.0)\"\(colon)\($0.1)" }.joined(separator: comma) + "}"
    }
}
