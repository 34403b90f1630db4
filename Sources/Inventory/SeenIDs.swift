/// The event ids one partition has applied, within a window below the highest.
///
/// A ring of chunks of 4,096 bits. Each place carries the number of the chunk it holds, so that moving
/// the window on costs nothing: a chunk that fell out of it is cleared when its place is next needed.
/// What the open transaction changed can be taken back.
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
    /// The chunks, place by place; one that was never needed has no memory. As one allocation they would hold on to
    /// whatever the allocator had at hand: pages that others used and nobody could give back.
    private let chunks: UnsafeMutablePointer<UnsafeMutablePointer<UInt64>?>
    private let dirty: UnsafeMutablePointer<Bool>
    private(set) var dirtyPlaces: [Int] = []
    private var lastNumber: Int64 = .min
    private var lastPlace = 0
    /// The ids of the open transaction.
    private var remembered: [Int64] = []
    /// The chunks that it drove out, and what was in them, one after the other.
    private var evicted: [(place: Int, number: Int64)] = []
    private var evictedWords: [UInt64] = []

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
        numbers.deallocate()
        for place in 0..<places { chunks[place]?.deallocate() }
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
        guard numbers[place] == number else { return .new }
        return word(of: id, at: place).pointee & Self.bit(id) == 0 ? .new : .duplicate
    }

    /// Remembers an id that `look` called new.
    @inline(__always)
    mutating func remember(_ id: Int64) {
        guard window > 0 else { return }
        let number = id >> 12
        let place = self.place(of: number)
        if numbers[place] != number { replace(at: place, by: number) }
        word(of: id, at: place).pointee |= Self.bit(id)
        remembered.append(id)
        if !dirty[place] { markDirty(place) }
        if highest.map({ $0 < id }) ?? true { highest = id }
    }

    @inline(__always)
    private func word(of id: Int64, at place: Int) -> UnsafeMutablePointer<UInt64> {
        // Only of places that have a number.
        chunks[place].unsafelyUnwrapped + Int(id & 4095) >> 6
    }

    /// The memory of a place's chunk, which may hold anything.
    private func room(at place: Int) -> UnsafeMutablePointer<UInt64> {
        if let chunk = chunks[place] { return chunk }
        let chunk = UnsafeMutablePointer<UInt64>.allocate(capacity: Self.wordsPerChunk)
        chunks[place] = chunk
        return chunk
    }

    @inline(__always)
    private static func bit(_ id: Int64) -> UInt64 { 1 << UInt64(id & 63) }

    @inline(__always)
    private mutating func place(of number: Int64) -> Int {
        if number == lastNumber { return lastPlace }
        lastPlace = placeInRing(of: number)
        lastNumber = number
        return lastPlace
    }

    private mutating func replace(at place: Int, by number: Int64) {
        let chunk = room(at: place)
        if numbers[place] != .min {
            evicted.append((place, numbers[place]))
            evictedWords.append(contentsOf: UnsafeBufferPointer(start: chunk, count: Self.wordsPerChunk))
        }
        chunk.initialize(repeating: 0, count: Self.wordsPerChunk)
        numbers[place] = number
    }

    private mutating func markDirty(_ place: Int) {
        dirty[place] = true
        dirtyPlaces.append(place)
    }
}

// MARK: Transactions

extension SeenIDs {
    /// Keeps what was remembered.
    mutating func commit() {
        committedHighest = highest
        forgetJournal()
    }

    /// Takes back what was remembered since the last commit.
    mutating func rollback() {
        // A chunk may have been driven out after bits of this transaction were set in it: first the chunks
        // come back, the oldest image last, then the bits go.
        for (index, chunk) in evicted.enumerated().reversed() {
            let image = index * Self.wordsPerChunk
            put(evictedWords[image..<image + Self.wordsPerChunk], number: chunk.number, at: chunk.place)
        }
        for id in remembered {
            let place = placeInRing(of: id >> 12)
            if numbers[place] == id >> 12 { word(of: id, at: place).pointee &= ~Self.bit(id) }
        }
        highest = committedHighest
        forgetJournal()
    }

    private mutating func forgetJournal() {
        remembered.empty()
        evicted.empty()
        evictedWords.empty()
    }

    private func put(_ image: ArraySlice<UInt64>, number: Int64, at place: Int) {
        numbers[place] = number
        let chunk = room(at: place)
        for (index, word) in image.enumerated() { chunk[index] = word }
    }
}

// MARK: Checkpoints

extension SeenIDs {
    /// The chunk at a place of the ring.
    func chunk(at place: Int) -> SeenChunk? {
        guard numbers[place] != .min else { return nil }
        return SeenChunk(
            number: numbers[place],
            words: Array(UnsafeBufferPointer(start: chunks[place], count: Self.wordsPerChunk)))
    }

    /// Puts a stored chunk in its place. A ring of another size has left chunks under other names: of two that
    /// meet, the higher stays, and two pieces of one become one.
    mutating func restore(_ chunk: SeenChunk) {
        guard window > 0 else { return }
        precondition(chunk.words.count == Self.wordsPerChunk, "a chunk has 4,096 bits")
        let place = placeInRing(of: chunk.number)
        guard numbers[place] <= chunk.number else { return }
        guard numbers[place] == chunk.number else {
            return put(chunk.words[...], number: chunk.number, at: place)
        }
        let there = room(at: place)
        for word in 0..<Self.wordsPerChunk { there[word] |= chunk.words[word] }
    }

    /// A chunk that was stored under the name of another place is part of the next checkpoint.
    mutating func markMoved(_ number: Int64, from stored: Int) {
        guard window > 0 else { return }
        let place = placeInRing(of: number)
        guard place != stored, numbers[place] == number, !dirty[place] else { return }
        markDirty(place)
    }

    /// A restored chunk is part of the next checkpoint.
    mutating func markUnstored(_ number: Int64) {
        guard window > 0 else { return }
        let place = placeInRing(of: number)
        if numbers[place] == number, !dirty[place] { markDirty(place) }
    }

    /// Whether a place of the ring, or beyond it, holds a chunk.
    func hasChunk(at place: Int) -> Bool { place < places && numbers[place] != .min }

    /// Makes the chunk at a place part of the next checkpoint.
    mutating func setDirty(_ place: Int) { if !dirty[place] { markDirty(place) } }

    /// The chunks at some places as of the last commit, each of which held one then.
    func chunksBefore(at wanted: [Int]) -> [SeenChunk] {
        var copies: [SeenChunk] = []
        var copyOfNumber: [Int64: Int] = [:]
        for place in wanted {
            guard let now = chunk(at: place) else { continue }
            var copy = now
            // Of several that were driven out the first was there at the beginning.
            if let index = evicted.firstIndex(where: { $0.place == place }) {
                let image = index * Self.wordsPerChunk
                copy.number = evicted[index].number
                copy.words = Array(evictedWords[image..<image + Self.wordsPerChunk])
            }
            copyOfNumber[copy.number] = copies.count
            copies.append(copy)
        }
        var last: (number: Int64, copy: Int?) = (.min, nil)
        for id in remembered {
            if id >> 12 != last.number { last = (id >> 12, copyOfNumber[id >> 12]) }
            if let copy = last.copy { copies[copy].words[Int(id & 4095) >> 6] &= ~Self.bit(id) }
        }
        return copies
    }

    /// Chunks in the ring; each is in the last checkpoint, or will be in the next.
    var chunkCount: Int { (0..<places).count { numbers[$0] != .min } }

    mutating func restore(highest value: Int64?) {
        highest = value
        committedHighest = value
    }

    /// The place a chunk takes in the ring, the same for a number wherever it comes from: the name under which a
    /// checkpoint stores it.
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
