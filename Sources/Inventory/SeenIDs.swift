/// The event ids one partition has applied, within a window below the highest.
///
/// A ring of chunks of 4,096 bits. Each place carries the number of the chunk it holds, so that moving
/// the window on costs nothing: a chunk that fell out of it is cleared when its place is next needed.
struct SeenIDs: ~Copyable {
    static let bitsPerChunk = 4096
    static let wordsPerChunk = bitsPerChunk / 64

    enum Answer {
        case new
        case duplicate
        /// Too old to tell: applied, and not remembered.
        case belowWindow
    }

    /// How many ids below the highest are remembered; 0 remembers none.
    let window: UInt64
    private(set) var highest: Int64?
    /// What `highest` was at the last commit.
    private var committedHighest: Int64?
    private let places: Int
    private let numbers: UnsafeMutablePointer<Int64>
    private let chunks: UnsafeMutablePointer<UnsafeMutablePointer<UInt64>?>
    private let dirty: UnsafeMutablePointer<Bool>
    private(set) var dirtyPlaces: [Int] = []
    private var lastNumber: Int64 = .min
    private var lastPlace = 0

    init(window: UInt64) {
        self.window = window
        // A window can begin and end inside a chunk: one more than fits, and one to tell them apart.
        places = window == 0 ? 0 : Int(window / UInt64(Self.bitsPerChunk)) + 2
        numbers = .allocate(capacity: places)
        numbers.initialize(repeating: .min, count: places)
        chunks = .allocate(capacity: places)
        chunks.initialize(repeating: nil, count: places)
        dirty = .allocate(capacity: places)
        dirty.initialize(repeating: false, count: places)
    }

    deinit {
        for place in 0..<places { chunks[place]?.deallocate() }
        numbers.deallocate()
        chunks.deallocate()
        dirty.deallocate()
    }

    /// What is known of an id, without remembering it.
    @inline(__always)
    mutating func look(_ id: Int64) -> Answer {
        guard window > 0 else { return .new }
        guard let highest else { return .new }
        if id <= highest, UInt64(bitPattern: highest &- id) > window { return .belowWindow }
        let number = id >> 12
        let place = self.place(of: number)
        guard numbers[place] == number, let chunk = chunks[place] else { return .new }
        let bit = Int(id & 4095)
        return chunk[bit >> 6] & (1 << UInt64(bit & 63)) == 0 ? .new : .duplicate
    }

    /// Remembers an id that `look` called new, and returns the chunk that it drove out, if any.
    @inline(__always)
    mutating func remember(_ id: Int64) -> SeenChunk? {
        guard window > 0 else { return nil }
        let number = id >> 12
        let place = self.place(of: number)
        let evicted = numbers[place] == number ? nil : replace(at: place, by: number)
        guard let chunk = chunks[place] else { return evicted }
        let bit = Int(id & 4095)
        chunk[bit >> 6] |= 1 << UInt64(bit & 63)
        if !dirty[place] { markDirty(place) }
        if highest.map({ $0 < id }) ?? true { highest = id }
        return evicted
    }

    /// Takes back a `remember`.
    mutating func forget(_ id: Int64) {
        guard window > 0 else { return }
        let number = id >> 12
        let place = self.place(of: number)
        guard numbers[place] == number, let chunk = chunks[place] else { return }
        let bit = Int(id & 4095)
        chunk[bit >> 6] &= ~(1 << UInt64(bit & 63))
    }

    mutating func commit() { committedHighest = highest }
    mutating func rollbackHighest() { highest = committedHighest }
    mutating func restore(highest value: Int64?) {
        highest = value
        committedHighest = value
    }

    /// Puts a chunk in its place, over whatever was there.
    mutating func restore(_ chunk: SeenChunk) {
        guard window > 0 else { return }
        let place = self.place(of: chunk.number)
        if chunks[place] == nil { chunks[place] = .allocate(capacity: Self.wordsPerChunk) }
        numbers[place] = chunk.number
        for word in 0..<Self.wordsPerChunk { chunks[place]?[word] = chunk.words[word] }
        if lastPlace == place { lastNumber = .min }
    }

    @inline(__always)
    private mutating func place(of number: Int64) -> Int {
        if number == lastNumber { return lastPlace }
        // Int64 → a place in 0..<places, the same for a number wherever it comes from.
        let remainder = number % Int64(places)
        lastPlace = Int(remainder < 0 ? remainder + Int64(places) : remainder)
        lastNumber = number
        return lastPlace
    }

    private mutating func replace(at place: Int, by number: Int64) -> SeenChunk? {
        let evicted = chunk(at: place)
        let chunk = chunks[place] ?? .allocate(capacity: Self.wordsPerChunk)
        chunk.initialize(repeating: 0, count: Self.wordsPerChunk)
        chunks[place] = chunk
        numbers[place] = number
        return evicted
    }

    private func copy(_ chunk: UnsafeMutablePointer<UInt64>) -> [UInt64] {
        Array(UnsafeBufferPointer(start: chunk, count: Self.wordsPerChunk))
    }

    private mutating func markDirty(_ place: Int) {
        dirty[place] = true
        dirtyPlaces.append(place)
    }
}

/// A piece of the seen-id set: ids `number × 4096 …< (number + 1) × 4096`, a bit each, low bit first.
public struct SeenChunk: Equatable, Sendable {
    /// 64-bit words in a chunk.
    public static let wordCount = SeenIDs.wordsPerChunk

    public var number: Int64
    public var words: [UInt64]

    public init(number: Int64, words: [UInt64]) {
        self.number = number
        self.words = words
    }
}

// MARK: Checkpoints

extension SeenIDs {
    /// The chunk at a place of the ring.
    func chunk(at place: Int) -> SeenChunk? {
        guard numbers[place] != .min, let chunk = chunks[place] else { return nil }
        return SeenChunk(number: numbers[place], words: copy(chunk))
    }

    /// The place a chunk takes in the ring: the name under which a checkpoint stores it.
    func placeInRing(of number: Int64) -> Int {
        let remainder = number % Int64(places)
        return Int(remainder < 0 ? remainder + Int64(places) : remainder)
    }

    /// Forgets which chunks changed; the checkpoint that holds them is committed.
    mutating func markClean() {
        for place in dirtyPlaces { dirty[place] = false }
        dirtyPlaces.removeAll(keepingCapacity: true)
    }
}
