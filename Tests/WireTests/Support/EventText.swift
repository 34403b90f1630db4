import Inventory
import TestSupport

@testable import Wire

/// An event and one of the many ways to write it.
struct EventText {
    var event: OrderEvent
    var text: String

    /// - Parameter isShort: Write no number with more digits than a Double holds.
    static func random(_ random: inout SeededRandom, isShort: Bool = false) -> Self {
        let (type, sign) = random.pick([
            ("RECEIVED", Int64(1)), ("SHIPPED", -1), ("RETURNED", 1), ("COUNTED", 0), ("received", 0),
        ])
        let quantity = Int64(random.pick([0, 1, 7, 500, Int32.max, Int32(random.below(100_000))]))
        let (time, timeText) = instant(&random, isShort: isShort)
        let event = OrderEvent(
            id: EventID(isShort ? Int64(random.below(1 << 32)) : random.int64()),
            pair: Pair(
                product: ProductID(Int32(truncatingIfNeeded: random.int64())),
                warehouse: WarehouseID(Int32(random.below(200) - 20))),
            units: sign * quantity, time: time, typeIsKnown: sign != 0)
        let isPlain = random.chance(3)
        func number(_ value: Int64) -> String { isPlain ? String(value) : Self.number(value, &random) }
        func string(_ value: String) -> String { isPlain ? "\"\(value)\"" : Self.string(value, &random) }
        var fields = [
            ("event_id", number(event.id.rawValue)),
            ("event_type", string(type)),
            ("product_id", number(Int64(event.pair.product.rawValue))),
            ("warehouse_id", number(Int64(event.pair.warehouse.rawValue))),
            ("quantity", number(quantity)),
            ("event_time", timeText.contains(":") ? string(timeText) : timeText),
        ]
        var (colon, comma, around) = random.pick([(":", ",", ""), (": ", ", ", ""), (" :\t", "\r\n, ", " ")])
        if isPlain { around = "" } else { shuffleAndAdd(&fields, &random) }
        if isPlain, colon.first == " " { (colon, comma) = (":", ",") }
        let body = fields.map { "\(string($0.0))\(colon)\($0.1)" }.joined(separator: comma)
        return Self(event: event, text: around + "{" + around + body + around + "}" + around)
    }

    /// Shuffles the fields, and adds unknown fields and earlier values of repeated fields, which must not count.
    private static func shuffleAndAdd(_ fields: inout [(String, String)], _ random: inout SeededRandom) {
        if random.chance(2) { fields.shuffle(using: &random) }
        for _ in 0..<random.below(3) {
            let name = random.pick(["note", "é", "event", "event_ids", "", "Quantity", "a\\nb"])
            fields.insert((name, value(depth: 0, &random)), at: random.below(fields.count + 1))
        }
        if random.chance(4) {
            let name = random.pick(EventField.allCases).name
            fields.insert((name, value(depth: 0, &random)), at: 0)
        }
    }

    /// Any JSON value.
    static func value(depth: Int, _ random: inout SeededRandom) -> String {
        switch random.below(depth > 3 ? 5 : 7) {
        case 0: random.pick(["null", "true", "false", "\"\"", "{}", "[]", "[ ]", "{ }", "-0", "1E+2"])
        case 1: number(random.int64(), &random)
        case 2: string("héllo \u{1F600} wörld, a longer text to cross words", &random)
        case 3: "\(Double(random.below(1_000_000)) / 1000)"
        case 4: #""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#
        case 5:
            "["
                + (0..<random.below(4)).map { _ in value(depth: depth + 1, &random) }
                .joined(separator: random.pick([",", " , "])) + "]"
        default:
            "{"
                + (0..<random.below(4)).map { "\"k\($0)\":" + value(depth: depth + 1, &random) }
                .joined(separator: ",") + "}"
        }
    }

    /// The integer in one of the forms that mean it.
    static func number(_ value: Int64, _ random: inout SeededRandom) -> String {
        let digits = String(value)
        switch random.below(7) {
        case 0: return digits + ".0"
        case 1: return digits + ".000E0"
        case 2: return digits + random.pick(["e0", "E+0", "e-0", "e00"])
        case 3 where digits.hasSuffix("00"): return digits.dropLast(2) + "e2"
        case 4 where value != 0: return digits + "00e-2"
        case 5 where value > 9: return digits.prefix(1) + "." + digits.dropFirst() + "e\(digits.count - 1)"
        default: return digits
        }
    }

    /// The text as a JSON string, some of its characters escaped.
    static func string(_ text: String, _ random: inout SeededRandom) -> String {
        guard random.chance(4) else { return "\"\(text)\"" }
        let scalars = text.unicodeScalars.map { scalar in
            guard scalar.value < 0x10000, random.chance(3) else { return String(scalar) }
            let hex = String(scalar.value, radix: 16, uppercase: random.chance(2))
            return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        }
        return "\"" + scalars.joined() + "\""
    }

    private static func instant(_ random: inout SeededRandom, isShort: Bool) -> (Timestamp, String) {
        let seconds = Int64(random.below(1_900_000_000) + 946_684_800)
        let micros = Int64(random.below(1_000_000))
        let whole = Timestamp(microseconds: seconds * 1_000_000)
        let exact = Timestamp(microseconds: seconds * 1_000_000 + micros)
        let stem = String(RFC3339.string(whole).dropLast())
        let fraction = String(String(1_000_000 + micros).dropFirst())
        return switch isShort ? 3 + random.below(6) : random.below(8) {
        case 0, 8: (whole, "\(seconds)")
        case 1: (exact, "\(seconds * 1_000_000 + micros)")
        case 2: (exact, "\((seconds * 1_000_000 + micros) * 1000 + Int64(random.below(1000)))")
        case 3: (exact, stem + "." + fraction + "Z")
        case 4: (exact, stem.replacing("T", with: " ") + "." + fraction + "999+00:00")
        case 5: (Timestamp(microseconds: whole.microseconds - 19_800_000_000), stem + "+0530")
        case 6: (Timestamp(microseconds: whole.microseconds + 28_800_000_000), stem + "-08")
        default: (whole, stem + random.pick(["Z", "z", "", "-00:00"]))
        }
    }
}
