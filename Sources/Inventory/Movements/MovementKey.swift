/// 64 event ids that a checkpoint stores together: those that differ only in their last 6 bits. Two texts share a
/// block only by chance.
public struct EventBlock: Hashable, Sendable {
    /// `EventID.rawValue` without its last 6 bits.
    public var number: Int64
    /// `EventID.high`.
    public var high: UInt64

    public init(number: Int64, high: UInt64 = 0) {
        self.number = number
        self.high = high
    }

    init(of id: EventID) { self.init(number: id.rawValue >> 6, high: id.high) }

    /// - Parameter bit: 0 to 63.
    public func id(_ bit: Int) -> EventID { EventID(rawValue: number << 6 | Int64(bit), high: high) }
}

/// An event id as the movement log keeps it: the mixed number of its block of 64 ids, and its number in the block.
/// Mixing spreads any ids evenly. A block stays together, since a checkpoint stores it whole.
struct MovementKey: Equatable {
    var tag: MovementTag
    /// The upper 32 bits of the mixed block number.
    var rest: UInt32
    /// `EventID.high`.
    var high: UInt64

    /// Whether both ids are of one block.
    @inline(__always)
    func isBeside(_ other: MovementKey) -> Bool {
        rest == other.rest && high == other.high && tag.block == other.tag.block
    }
}

/// The half of a key that finds an event: the lower 26 bits of the mixed block number and 6 bits of the id. Two
/// events share one by chance, once in 2³².
struct MovementTag: Hashable {
    let rawValue: UInt32

    static let blockBits: UInt32 = 26
    var block: UInt32 { rawValue >> 6 }
}

/// Turns ids into keys and back.
struct MovementMixer {
    /// Random for each log, so that no input can make ids collide in all of them.
    let seed: UInt64

    init(seed: UInt64 = .random(in: .min ... .max)) { self.seed = seed & Self.mask }

    /// Block numbers have 58 bits.
    private static let mask: UInt64 = 1 << 58 - 1
    private static let factors: (UInt64, UInt64) = (0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9)
    /// Their inverses modulo 2⁶⁴.
    private static let inverses: (UInt64, UInt64) = (0xF1DE_83E1_9937_733D, 0x96DE_1B17_3F11_9089)

    @inline(__always)
    func key(_ event: EventID) -> MovementKey {
        let id = UInt64(bitPattern: event.rawValue)
        var mixed = (id >> 6 ^ seed) &* Self.factors.0 & Self.mask
        mixed ^= mixed >> 29
        mixed = mixed &* Self.factors.1 & Self.mask
        mixed ^= mixed >> 29
        return MovementKey(
            tag: MovementTag(rawValue: UInt32(truncatingIfNeeded: mixed << 6 | id & 63)),
            rest: UInt32(truncatingIfNeeded: mixed >> 26), high: event.high)
    }

    func id(_ key: MovementKey) -> EventID {
        var mixed = UInt64(key.rest) << 26 | UInt64(key.tag.block)
        mixed ^= mixed >> 29
        mixed = mixed &* Self.inverses.1 & Self.mask
        mixed ^= mixed >> 29
        mixed = mixed &* Self.inverses.0 & Self.mask
        let id = (mixed ^ seed) << 6 | UInt64(key.tag.rawValue & 63)
        return EventID(rawValue: Int64(bitPattern: id), high: key.high)
    }
}
