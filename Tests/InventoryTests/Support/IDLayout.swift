import TestSupport

@testable import Inventory

/// How the ids of a table's rows may be distributed.
enum IDLayout: CaseIterable {
    case dense, everySecond, everySixth, farApart
    /// Dense, below zero and above.
    case aroundZero
    /// Milliseconds, machine and number in one word: three ids a millisecond.
    case snowflake
    /// Anywhere in 64 bits.
    case random
    case texts

    func id(_ number: Int) -> EventID {
        self == .texts ? EventID(text: "order-\(number)") : EventID(integer(number))
    }

    private func integer(_ number: Int) -> Int64 {
        let number = Int64(number)
        switch self {
        case .dense, .texts: return number
        case .everySecond: return number * 2
        case .everySixth: return number * 6
        case .farApart: return number * 100_000
        case .aroundZero: return number % 2 == 0 ? number / 2 : -(number / 2) - 1
        case .snowflake: return 1 << 60 | (number / 3) << 22 | (number * 5 % 8) << 12 | number % 3
        case .random:
            // Include the least and the greatest id.
            if number < 2 { return number == 0 ? .min : .max }
            var random = SeededRandom(seed: UInt64(number))
            return Int64(bitPattern: random.next())
        }
    }
}
