/// What was counted of one event: what it takes to take it back. 28 bytes.
struct Movement: Equatable {
    /// The cell it was counted in; `gone` when the event was deleted.
    var slot: UInt32
    /// A quantity times a sign, which never needs more.
    var units: Int32
    // In halves, so that no byte goes into alignment.
    private var timeHalves: (UInt32, UInt32)
    private var positionHalves: (UInt32, UInt32)
    private var seconds: UInt32

    static let gone = UInt32.max

    init(slot: UInt32, units: Int32, time: Int64, version: RowVersion) {
        self.slot = slot
        self.units = units
        timeHalves = Self.halves(UInt64(bitPattern: time))
        positionHalves = Self.halves(version.position)
        seconds = version.seconds
    }

    /// A deleted event: remembered, so that an older change sent again does not bring it back.
    static func deleted(_ version: RowVersion) -> Movement {
        Movement(slot: gone, units: 0, time: 0, version: version)
    }

    var isLive: Bool { slot != Self.gone }

    /// Microseconds.
    var time: Int64 { Int64(bitPattern: Self.whole(timeHalves)) }

    var version: RowVersion { RowVersion(position: Self.whole(positionHalves), seconds: seconds) }

    private static func halves(_ value: UInt64) -> (UInt32, UInt32) {
        (UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32))
    }

    private static func whole(_ halves: (UInt32, UInt32)) -> UInt64 {
        UInt64(halves.1) << 32 | UInt64(halves.0)
    }

    static func == (a: Self, b: Self) -> Bool {
        a.slot == b.slot && a.units == b.units && a.time == b.time && a.version == b.version
    }
}

/// The place of an event in the movement log, the same as long as the log lives: 26 bits of the chunk's index,
/// 6 bits of the event's id.
struct MovementPlace: Hashable {
    let rawValue: UInt32

    init(rawValue: UInt32) { self.rawValue = rawValue }
    init(chunk: Int, bit: Int) { rawValue = UInt32(chunk) << 6 | UInt32(bit) }

    var chunk: Int { Int(rawValue >> 6) }
    var bit: Int { Int(rawValue & 63) }
}
