/// Which checkpoint wrote a record, and which of the two of its name it is.
public struct Stamp: Equatable, Sendable {
    /// Goes up with each checkpoint of a shard; 0 in records of releases that counted none.
    public var generation: UInt64
    /// 0 or 1: the second has a key of its own.
    public var slot: UInt8

    public init(generation: UInt64, slot: UInt8) {
        self.generation = generation
        self.slot = slot
    }

    /// Of records in the layouts that knew neither.
    public static let first = Stamp(generation: 0, slot: 0)

    /// More than any shard ever comes to, so that the next one is always a number.
    static let maxGeneration: UInt64 = 1 << 62

    var isFirst: Bool { self == .first }
}

extension StateRecord {
    /// Nil for a record that is not part of a checkpoint.
    public var stamp: Stamp? {
        switch self {
        case .cells(_, _, let stamp), .seen(_, _, _, let stamp), .movements(_, let stamp): stamp
        case .barrier(let barrier): barrier.stamp
        case .movementLog(let summary): summary.stamp
        case .position, .alert, .stockFingerprint, .rollupFingerprint, .referenceRefused, .intent: nil
        }
    }
}
