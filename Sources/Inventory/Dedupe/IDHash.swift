/// Spreads chunks over buckets and ids over the buckets of a table, so that nobody without the seed can choose ids
/// that collide. It must never change, because checkpoints store ids by bucket.
struct IDHash {
    let seed: UInt64
    /// As secret as the seed, and odd.
    private let multiplier: UInt64

    init(seed: UInt64) {
        self.seed = seed
        multiplier = Self.fold(seed ^ 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB) | 1
    }

    /// With the second multiplication ids in any regular pattern spread as well as random ones.
    @inline(__always)
    func hash(_ value: Int64) -> UInt64 {
        Self.fold(Self.fold(UInt64(bitPattern: value) ^ seed, multiplier), 0x9E37_79B9_7F4A_7C15)
    }

    @inline(__always)
    private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }

    @inline(__always)
    func bucket(ofChunk number: Int64) -> UInt16 { UInt16(truncatingIfNeeded: hash(number) >> 48) }
}
