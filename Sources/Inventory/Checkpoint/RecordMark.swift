/// Which of the two records of one name the last whole checkpoint has, and a digest of the generation that wrote it.
///
/// Four bytes a record. Two generations share a digest once in 2³¹.
public struct RecordMark: Equatable, Sendable {
    private let rawValue: UInt32

    private init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The checkpoint has no record of that name.
    public static let none = RecordMark(rawValue: 0)

    /// - Parameter slot: 0 or 1.
    public init(generation: UInt64, slot: UInt8) {
        var print = Fingerprint()
        print.combine(generation)
        let digest = max(1, UInt32(truncatingIfNeeded: print.value >> 33))
        rawValue = digest << 1 | UInt32(slot & 1)
    }

    public var isNone: Bool { rawValue == 0 }

    /// Where the record is.
    public var slot: UInt8 { UInt8(rawValue & 1) }

    /// Where the next one goes, so that this one stays until it is replaced for good.
    public var nextSlot: UInt8 { isNone ? 0 : 1 - slot }

    /// What it adds to the sum that tells one set of records from another; 0 for none.
    func weight(_ kind: Kind, _ name: UInt64, _ part: UInt64 = 0) -> UInt64 {
        guard !isNone else { return 0 }
        var print = Fingerprint()
        print.combine(kind.rawValue)
        print.combine(name)
        print.combine(part)
        print.combine(UInt64(rawValue >> 1))
        return print.value
    }

    /// Fixed for good: sums of weights are stored.
    enum Kind: UInt64 {
        case cells = 1
        case seen = 2
    }
}

/// A chunk of seen ids: its lane and its place in the ring.
public struct SeenPlace: Hashable, Sendable {
    public var lane: Int
    public var place: UInt32

    public init(lane: Int, place: UInt32) {
        self.lane = lane
        self.place = place
    }
}

/// The records of cells and seen ids that the last whole checkpoint consists of.
struct RecordMarks {
    private var buckets: [RecordMark] = []
    private var seen: [SeenPlace: RecordMark] = [:]
    /// The sum of what each weighs: the same only for the same records of the same generations.
    private(set) var digest: UInt64 = 0

    subscript(bucket bucket: UInt32) -> RecordMark {
        get { bucket < buckets.count ? buckets[Int(bucket)] : .none }
        set {
            while buckets.count <= Int(bucket) { buckets.append(.none) }
            digest &-= buckets[Int(bucket)].weight(.cells, UInt64(bucket))
            digest &+= newValue.weight(.cells, UInt64(bucket))
            buckets[Int(bucket)] = newValue
        }
    }

    subscript(place: SeenPlace) -> RecordMark {
        get { seen[place] ?? .none }
        set {
            digest &-= Self.weight(self[place], place)
            digest &+= Self.weight(newValue, place)
            seen[place] = newValue.isNone ? nil : newValue
        }
    }

    mutating func forgetSeen() {
        for place in seen.keys { self[place] = .none }
    }

    private static func weight(_ mark: RecordMark, _ place: SeenPlace) -> UInt64 {
        mark.weight(.seen, UInt64(place.lane), UInt64(place.place))
    }
}
