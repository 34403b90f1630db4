internal import Synchronization

/// The texts that name products and warehouses, each with a number that stands for it in this process. Whatever leaves
/// the process, stored state included, holds the texts: another process, or this one after a restart, gives other
/// numbers.
///
/// Workers share the table. A look-up takes no lock: it reads slots, each of which is written once, after the text
/// that it leads to. An index that was outgrown stays readable, because a look-up may still be in it.
///
/// A text takes its own bytes and at most 32 more: one for its length, eight for its address, and up to 22 for its
/// slots in the present index and the outgrown ones.
public final class IDNames: @unchecked Sendable {
    private typealias Slot = Atomic<UInt32>

    /// Sendable, since only the lock's holder uses it.
    private struct State: @unchecked Sendable {
        var slotBits: Int
        var count = 0
        /// What is left of the newest chunk of texts.
        var room: UnsafeMutableRawPointer?
        var roomByteCount = 0
        /// Every allocation, to give back in the end.
        var allocations: [UnsafeMutableRawPointer] = []
    }

    /// A slot holds a number plus 1, and in the bits above it five of the text's hash.
    private static let numberBits: UInt32 = 27
    private static let segmentBits = 12
    private static let firstSlotBits = 10
    private static let chunkByteCount = 1 << 16

    private let seed: UInt64
    /// The address of the present index: a mask for the numbers of its slots, then the slots.
    private let index: Atomic<UnsafeMutableRawPointer>
    /// By number, in segments, the address of the text's length and bytes.
    private let segments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeRawPointer>?>
    private let state: Mutex<State>

    public init(seed: UInt64 = .random(in: .min ... .max)) {
        self.seed = seed
        let first = Self.allocateIndex(slotBits: Self.firstSlotBits)
        index = Atomic(first)
        let segmentCount = 1 << (Int(Self.numberBits) - Self.segmentBits)
        segments = .allocate(capacity: segmentCount)
        segments.initialize(repeating: nil, count: segmentCount)
        state = Mutex(State(slotBits: Self.firstSlotBits, allocations: [first]))
    }

    deinit {
        state.withLock { state in
            for allocation in state.allocations { allocation.deallocate() }
        }
        segments.deallocate()
    }

    /// How many texts have a number.
    public var count: Int { state.withLock { $0.count } }

    // MARK: Looking up

    /// The number of a text, nil if it has none yet.
    public func number(of text: UnsafeRawBufferPointer) -> Int32? { find(text, hash(text)) }

    /// The number of a text, a new one if it has none yet.
    /// - Returns: nil if there are 134,217,726 texts, which is as many as there are numbers.
    @inline(__always)
    public func intern(_ text: UnsafeRawBufferPointer) -> Int32? {
        let hash = hash(text)
        return find(text, hash) ?? add(text, hash)
    }

    /// The bytes of a text, which stay where they are as long as the table.
    @inline(__always)
    public func text(_ number: Int32) -> UnsafeRawBufferPointer {
        guard let segment = segments[Int(number) >> Self.segmentBits] else {
            preconditionFailure("the number was given by another table")
        }
        let text = segment[Int(number) & (1 << Self.segmentBits - 1)]
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
                let number = Int32(found & Self.numberMask) - 1
                if isEqual(self.text(number), text) { return number }
            }
            slot = (slot + 1) & mask
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
            guard state.count < Int(Self.numberMask) - 1 else { return nil }
            let number = state.count
            state.count += 1
            address(number, &state).pointee = copy(text, &state)
            // An index is full when three quarters of its slots are taken.
            if state.count > 3 << (state.slotBits - 2) { grow(&state) }
            let present = index.load(ordering: .relaxed)
            Self.insert(UInt32(number + 1) | Self.mark(hash), hash, into: present)
            return Int32(number)
        }
    }

    private func address(_ number: Int, _ state: inout State) -> UnsafeMutablePointer<UnsafeRawPointer> {
        let segment = number >> Self.segmentBits
        if segments[segment] == nil {
            let addresses = UnsafeMutablePointer<UnsafeRawPointer>.allocate(capacity: 1 << Self.segmentBits)
            state.allocations.append(UnsafeMutableRawPointer(addresses))
            segments[segment] = addresses
        }
        guard let addresses = segments[segment] else { preconditionFailure("the segment was made") }
        return addresses + number & (1 << Self.segmentBits - 1)
    }

    private func copy(_ text: UnsafeRawBufferPointer, _ state: inout State) -> UnsafeRawPointer {
        let wanted = text.count + 1
        if state.roomByteCount < wanted {
            let chunk = UnsafeMutableRawPointer.allocate(byteCount: Self.chunkByteCount, alignment: 8)
            state.allocations.append(chunk)
            (state.room, state.roomByteCount) = (chunk, Self.chunkByteCount)
        }
        guard let room = state.room, let from = text.baseAddress else { preconditionFailure("there is room") }
        room.storeBytes(of: UInt8(text.count), as: UInt8.self)
        (room + 1).copyMemory(from: from, byteCount: text.count)
        state.room = room + wanted
        state.roomByteCount -= wanted
        return UnsafeRawPointer(room)
    }

    private func grow(_ state: inout State) {
        state.slotBits += 1
        let larger = Self.allocateIndex(slotBits: state.slotBits)
        state.allocations.append(larger)
        for number in 0..<state.count - 1 {
            let hash = hash(text(Int32(number)))
            Self.insert(UInt32(number + 1) | Self.mark(hash), hash, into: larger)
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
