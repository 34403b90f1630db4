/// What was counted of one event: what it takes to take it back.
struct Movement: Equatable {
    /// The cell it was counted in; `gone` when the event was deleted.
    var slot: UInt32
    /// A quantity times a sign, which never needs more.
    var units: Int32
    /// Microseconds.
    var time: Int64
    var version: RowVersion

    static let gone = UInt32.max

    /// A deleted event: remembered, so that an older change sent again does not bring it back.
    static func deleted(_ version: RowVersion) -> Movement {
        Movement(slot: gone, units: 0, time: 0, version: version)
    }

    var isLive: Bool { slot != Self.gone }

    /// What it adds to the sum that tells one movement log from another. Fixed for good: sums are stored.
    @inline(__always)
    func weight(_ id: Int64) -> UInt64 {
        var print = Fingerprint()
        print.combine(id)
        print.combine(UInt64(slot) << 32 | UInt64(UInt32(bitPattern: units)))
        print.combine(time)
        print.combine(version.position)
        print.combine(UInt64(version.seconds))
        return print.value
    }
}
