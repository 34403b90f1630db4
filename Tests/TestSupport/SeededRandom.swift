/// SplitMix64: the same seed repeats a run.
public struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    public mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    public mutating func chance(_ oneIn: Int) -> Bool { below(oneIn) == 0 }

    public mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

    /// Small numbers, numbers around powers of two, and any.
    public mutating func int64() -> Int64 {
        switch below(4) {
        case 0: Int64(below(1000))
        case 1: Int64(truncatingIfNeeded: (1 << UInt64(below(64))) &+ UInt64(below(3)) &- 1)
        case 2: Int64(below(1_000_000_000)) * Int64(1 + below(1_000_000_000))
        default: Int64(truncatingIfNeeded: next())
        }
    }
}
