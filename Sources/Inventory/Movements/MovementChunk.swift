/// The movements of ids `number × 64 ..< (number + 1) × 64`: a bit for each that is known, and those packed in the
/// order of their ids. 32 bytes, and 28 for each.
struct MovementChunk {
    static let idsPerChunk = 64

    let number: Int64
    private(set) var known: UInt64 = 0
    private(set) var movements: UnsafeMutablePointer<Movement>
    private var capacity: UInt8
    /// It changed since the last checkpoint.
    var isDirty = false

    init(number: Int64, capacity: Int) {
        self.number = number
        self.capacity = UInt8(capacity)
        movements = .allocate(capacity: capacity)
    }

    var count: Int { known.nonzeroBitCount }
    var room: Int { Int(capacity) }

    func deallocate() { movements.deallocate() }

    @inline(__always)
    func isKnown(_ bit: Int) -> Bool { known & (1 << UInt64(bit)) != 0 }

    /// How many known ids come before this one.
    @inline(__always)
    private func rank(_ bit: Int) -> Int { (known & ((1 << UInt64(bit)) &- 1)).nonzeroBitCount }

    /// The id must be known.
    @inline(__always)
    func pointer(_ bit: Int) -> UnsafeMutablePointer<Movement> { movements + rank(bit) }

    /// The id must not be known.
    mutating func insert(_ movement: Movement, _ bit: Int) {
        if count == room { grow() }
        let place = rank(bit)
        let after = movements + place
        (after + 1).update(from: after, count: count - place)
        after.initialize(to: movement)
        known |= 1 << UInt64(bit)
    }

    /// The id must be known.
    mutating func remove(_ bit: Int) {
        let place = rank(bit)
        let at = movements + place
        at.update(from: at + 1, count: count - place - 1)
        known &= ~(1 << UInt64(bit))
    }

    /// Small steps: with sparse ids the room not used is what an event costs.
    private mutating func grow() {
        let wanted = room < 4 ? room + 1 : min(Self.idsPerChunk, room + room / 2 & ~1)
        let larger = UnsafeMutablePointer<Movement>.allocate(capacity: wanted)
        larger.moveInitialize(from: movements, count: count)
        movements.deallocate()
        movements = larger
        capacity = UInt8(wanted)
    }
}
