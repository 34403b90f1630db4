/// What was counted of one event, so that it can be taken back.
struct Movement: Equatable {
    /// The entry it was counted in; `gone` when the event was deleted.
    var entry: UInt32
    /// A quantity times a sign, which always fits.
    var units: Int32
    /// Microseconds.
    var time: Int64
    var version: RowVersion

    static let gone = UInt32.max

    /// A deleted event: remembered, so that an older change sent again does not bring it back.
    static func deleted(_ version: RowVersion) -> Movement {
        Movement(entry: gone, units: 0, time: 0, version: version)
    }

    var isLive: Bool { entry != Self.gone }
}
