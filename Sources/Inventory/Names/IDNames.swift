internal import Synchronization

/// The texts that name products and warehouses, each with a number that stands for it in this process. Whatever leaves
/// the process, stored state included, holds the texts: another process, or this one after a restart, gives other
/// numbers.
///
/// Workers share the table. A look-up takes no lock: it reads slots, each of which is written once, after the text
/// that it leads to. An index that was outgrown stays readable, because a look-up may still be in it.
///
/// Texts lie one after the other in chunks, each with its length before it, and a text's number is its place there. So
/// a look-up reads two places in memory that may be far: its slot, and the text that the slot leads to.
///
/// A text takes its own bytes and at most 30 more: one for its length, up to seven to the next place, and up to 22 for
/// its slots in the present index and the outgrown ones.
public final class IDNames: @unchecked Sendable {
    private typealias Slot = Atomic<UInt32>

    /// Sendable, since only the lock's holder uses it.
    private struct State: @unchecked Sendable {
        var slotBits: Int
        var count = 0
        /// The next text's place. No text has the first one, since a slot of 0 is free.
        var next = 1
        /// Every allocation, to give back in the end.
        var allocations: [UnsafeMutableRawPointer] = []
    }

    /// A slot holds a number, and in the bits above it three of the text's hash.
    private static let numberBits: UInt32 = 29
    /// A place is eight bytes, a chunk 1 MiB.
    private static let chunkBits = 17
    private static let firstSlotBits = 10

    private let seed: UInt64
    /// The address of the present index: a mask for the numbers of its slots, then the slots.
    private let index: Atomic<UnsafeMutableRawPointer>
    /// Of places.
    private let chunks: UnsafeMutablePointer<UnsafeMutablePointer<UInt64>?>
    private let state: Mutex<State>

    public init(seed: UInt64 = .random(in: .min ... .max)) {
        self.seed = seed
        let first = Self.allocateIndex(slotBits: Self.firstSlotBits)
        index = Atomic(first)
        chunks = .allocate(capacity: Self.chunkCount)
        chunks.initialize(repeating: nil, count: Self.chunkCount)
        state = Mutex(State(slotBits: Self.firstSlotBits, allocations: [first]))
    }

    deinit {
        state.withLock { state in
            for allocation in state.allocations { allocation.deallocate() }
        }
        chunks.deallocate()
    }

    private static var chunkCount: Int { 1 << (Int(numberBits) - chunkBits) }

    /// How many texts have a number.
    public var count: Int { state.withLock { $0.count } }

    // MARK: Looking up

    /// The number of a text, nil if it has none yet.
    public func number(of text: UnsafeRawBufferPointer) -> Int32? { find(text, hash(text)) }

    /// The number of a text, a new one if it has none yet.
    /// - Returns: nil if the texts fill 4 GiB, which is as far as numbers reach.
    @inline(__always)
    public func intern(_ text: UnsafeRawBufferPointer) -> Int32? {
        let hash = hash(text)
        return find(text, hash) ?? add(text, hash)
    }

    /// The bytes of a text, which stay where they are as long as the table.
    @inline(__always)
    public func text(_ number: Int32) -> UnsafeRawBufferPointer {
        guard let chunk = chunks[Int(number) &>> Self.chunkBits] else {
            preconditionFailure("the number was given by another table")
        }
        let text = UnsafeRawPointer(chunk + Int(number) & (1 &<< Self.chunkBits &- 1))
        return UnsafeRawBufferPointer(start: text + 1, count: Int(text.load(as: UInt8.self)))
    }

    @inline(__always)
    private func find(_ text: UnsafeRawBufferPointer, _ hash: UInt64) -> Int32? {
        let index = index.load(ordering: .acquiring)
        let slots = (index + 8).assumingMemoryBound(to: Slot.self)
        let mask = index.load(as: Int.self)
        let mark = Self.mark(hash)
        var slot = Int(truncatingIfNeeded: hash) & mask
        while true {
            let found = slots[slot].load(ordering: .acquiring)
            if found == 0 { return nil }
            if found & ~Self.numberMask == mark {
                let number = Int32(truncatingIfNeeded: found & Self.numberMask)
                if isEqual(self.text(number), text) { return number }
            }
            slot = (slot &+ 1) & mask
        }
    }

    private static let numberMask: UInt32 = 1 << numberBits - 1

    @inline(__always)
    private static func mark(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 32) & ~numberMask }

    @inline(__always)
    private func isEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        guard a.count == b.count else { return false }
        var at = 0
        while at &+ 8 < a.count {
            if Self.word(a, at) != Self.word(b, at) { return false }
            at &+= 8
        }
        return Self.lastWord(a) == Self.lastWord(b)
    }

    // MARK: Hashing

    @inline(__always)
    private static func word(_ text: UnsafeRawBufferPointer, _ at: Int) -> UInt64 {
        UInt64(littleEndian: text.loadUnaligned(fromByteOffset: at, as: UInt64.self))
    }

    /// The last eight bytes; of a shorter text all of them, some twice.
    @inline(__always)
    private static func lastWord(_ text: UnsafeRawBufferPointer) -> UInt64 {
        let count = text.count
        if count >= 8 { return word(text, count - 8) }
        if count >= 4 {
            let low = text.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
            let high = text.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
            return UInt64(low) << 32 | UInt64(high)
        }
        guard count > 0 else { return 0 }
        return UInt64(text[0]) << 16 | UInt64(text[count / 2]) << 8 | UInt64(text[count - 1])
    }

    /// Two multiplications for eight bytes, with a random seed, so that no producer can choose texts that collide.
    @inline(__always)
    private func hash(_ text: UnsafeRawBufferPointer) -> UInt64 {
        var hash = seed ^ UInt64(text.count)
        var at = 0
        while at &+ 8 < text.count {
            hash = Self.fold(hash ^ Self.word(text, at), 0x9E37_79B9_7F4A_7C15)
            at &+= 8
        }
        hash = Self.fold(hash ^ Self.lastWord(text), 0xBF58_476D_1CE4_E5B9)
        return Self.fold(hash ^ seed, 0x94D0_49BB_1331_11EB)
    }

    @inline(__always)
    private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }

    // MARK: Adding

    @inline(never)
    private func add(_ text: UnsafeRawBufferPointer, _ hash: UInt64) -> Int32? {
        precondition((1...255).contains(text.count), "an id has 1 to 255 bytes")
        return state.withLock { state in
            // Another worker may have added it since.
            if let number = find(text, hash) { return number }
            guard let number = copy(text, &state) else { return nil }
            state.count += 1
            // An index is full when three quarters of its slots are taken.
            if state.count > 3 << (state.slotBits - 2) { grow(&state) }
            Self.insert(UInt32(number) | Self.mark(hash), hash, into: index.load(ordering: .relaxed))
            return number
        }
    }

    /// - Returns: the text's number; nil if there is no room.
    private func copy(_ text: UnsafeRawBufferPointer, _ state: inout State) -> Int32? {
        let placeCount = (text.count + 8) / 8
        let room = 1 << Self.chunkBits - state.next & (1 << Self.chunkBits - 1)
        // A text that does not fit into a chunk begins the next one.
        let number = placeCount <= room ? state.next : state.next + room
        guard number >> Self.chunkBits < Self.chunkCount else { return nil }
        let chunk = chunk(number >> Self.chunkBits, &state)
        let place = UnsafeMutableRawPointer(chunk + number & (1 << Self.chunkBits - 1))
        place.storeBytes(of: UInt8(text.count), as: UInt8.self)
        (place + 1).copyMemory(from: text.baseAddress.unsafelyUnwrapped, byteCount: text.count)
        state.next = number + placeCount
        return Int32(number)
    }

    private func chunk(_ index: Int, _ state: inout State) -> UnsafeMutablePointer<UInt64> {
        if let chunk = chunks[index] { return chunk }
        let chunk = UnsafeMutablePointer<UInt64>.allocate(capacity: 1 << Self.chunkBits)
        state.allocations.append(UnsafeMutableRawPointer(chunk))
        chunks[index] = chunk
        return chunk
    }

    private func grow(_ state: inout State) {
        let old = index.load(ordering: .relaxed)
        let oldSlots = (old + 8).assumingMemoryBound(to: Slot.self)
        state.slotBits += 1
        let larger = Self.allocateIndex(slotBits: state.slotBits)
        state.allocations.append(larger)
        for slot in 0...old.load(as: Int.self) {
            let content = oldSlots[slot].load(ordering: .relaxed)
            if content == 0 { continue }
            Self.insert(content, hash(text(Int32(content & Self.numberMask))), into: larger)
        }
        index.store(larger, ordering: .releasing)
    }

    private static func allocateIndex(slotBits: Int) -> UnsafeMutableRawPointer {
        let byteCount = 8 + MemoryLayout<Slot>.stride << slotBits
        let index = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 8)
        index.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
        index.storeBytes(of: 1 << slotBits - 1, as: Int.self)
        return index
    }

    private static func insert(_ content: UInt32, _ hash: UInt64, into index: UnsafeMutableRawPointer) {
        let slots = (index + 8).assumingMemoryBound(to: Slot.self)
        let mask = index.load(as: Int.self)
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot].load(ordering: .relaxed) != 0 { slot = (slot + 1) & mask }
        slots[slot].store(content, ordering: .releasing)
    }
}
