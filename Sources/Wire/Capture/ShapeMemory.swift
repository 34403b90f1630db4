import Synchronization

/// How the last messages were built: all their bytes but the scalar values. A connector writes all changes of a kind
/// alike, so in the next one the columns are found without reading names.
///
/// What fits a remembered shape is JSON of the same members, because a scalar in the place of another changes neither
/// the grammar nor what the names lead to. The scalars themselves are checked each time.
final class ShapeMemory: Sendable {
    /// Several, because inserts, updates and deletes of several tables differ.
    private struct Shapes {
        var all: [Shape] = []
        /// The one that fitted last, which is tried first.
        var latest = 0
        var oldest = 0
        /// What may be spent on looking and remembering.
        var credit = mostCredit
        /// The last message was looked for, and none fitted.
        var isMissed = false
    }

    private static var capacity: Int { 8 }
    /// To look in vain, and to remember, cost more than a message that fits saves. So both have a price. Messages that
    /// fit earn it, others only slowly: where there are too many shapes, few messages are looked for.
    private static var missPrice: Int { 64 }
    private static var price: Int { 256 }
    private static var earnedByFit: Int { 8 }
    private static var mostCredit: Int { 2 * capacity * (missPrice + price) }

    private let shapes = Mutex(Shapes())

    /// Passes over the object that opens at `at` if its shape is known. False, and nothing done, if it is not.
    func scan(_ text: RawSpan, at: inout Int, into scan: inout CaptureScan) -> Bool {
        shapes.withLock { shapes in
            shapes.isMissed = false
            guard shapes.credit >= Self.missPrice + Self.price else {
                shapes.credit += 1
                return false
            }
            for turn in shapes.all.indices {
                let index = turn == 0 ? shapes.latest : turn <= shapes.latest ? turn - 1 : turn
                guard shapes.all[index].scan(text, at: &at, into: &scan) else { continue }
                shapes.latest = index
                shapes.credit = min(shapes.credit + Self.earnedByFit, Self.mostCredit)
                return true
            }
            shapes.credit -= Self.missPrice
            shapes.isMissed = true
            return false
        }
    }

    /// Remembers the object in `range`, whose grammar was checked.
    func remember(_ text: RawSpan, _ range: Range<Int>, _ scan: CaptureScan) {
        shapes.withLock { shapes in
            guard shapes.isMissed else { return }
            shapes.isMissed = false
            shapes.credit -= Self.price
            guard let shape = Shape(text, range, scan) else { return }
            if shapes.all.count < Self.capacity {
                shapes.latest = shapes.all.count
                shapes.all.append(shape)
            } else {
                shapes.latest = shapes.oldest
                shapes.all[shapes.oldest] = shape
                shapes.oldest = (shapes.oldest + 1) % Self.capacity
            }
        }
    }
}

/// An object without its scalars.
private struct Shape {
    /// More would be a schema or another's message.
    static var mostScalars: Int { 96 }
    static var longest: Int { 16_384 }

    /// A place in a message that fits: so many bytes into the fixed part of this number.
    private struct Place {
        var part: Int
        var bytes: Int
    }

    /// Where a column's value is.
    private struct Column {
        var part: CaptureScan.Part
        var number: Int
        var from: Place
        var to: Place
    }

    /// The bytes before the first scalar, between the others and behind the last, one after the other.
    private var fixed: [UInt8] = []
    private var ends: [Int] = []
    /// What the scan of such an object finds, with the ranges of the one that was remembered.
    private let found: CaptureScan
    private var columns: [Column] = []

    init?(_ text: RawSpan, _ range: Range<Int>, _ scan: CaptureScan) {
        guard range.count <= Self.longest else { return nil }
        found = scan
        var starts: [Int] = []
        var partStart = range.lowerBound
        func endPart(_ end: Int) {
            starts.append(partStart)
            fixed += text.copy(partStart..<end)
            ends.append(fixed.count)
        }
        var at = range.lowerBound
        while at < range.upperBound {
            switch text.byte(at) {
            case 0x7B, 0x7D, 0x5B, 0x5D, 0x2C, 0x3A, 0x20, 0x0A, 0x0D, 0x09: at += 1
            default:
                let start = at
                guard (try? text.skipValue(at: &at)) != nil else { return nil }
                var next = at
                text.skipSpace(at: &next)
                // A name.
                if text.has(0x3A, at: next) { continue }
                guard ends.count < Self.mostScalars else { return nil }
                endPart(start)
                partStart = at
            }
        }
        endPart(range.upperBound)
        func place(_ offset: Int) -> Place {
            let part = (starts.firstIndex { $0 > offset } ?? starts.count) - 1
            return Place(part: part, bytes: offset - starts[part])
        }
        for part in CaptureScan.Part.allCases {
            for number in 0..<RowSpans.capacity {
                guard let range = scan[part][number] else { continue }
                columns.append(
                    Column(part: part, number: number, from: place(range.lowerBound), to: place(range.upperBound)))
            }
        }
        // So that eight bytes can be read wherever a part ends.
        fixed += [UInt8](repeating: 0, count: 8)
    }

    @inline(__always)
    func scan(_ text: RawSpan, at: inout Int, into scan: inout CaptureScan) -> Bool {
        var position = at
        // One fixed part more than there can be scalars.
        var starts = InlineArray<97, Int>(repeating: 0)
        let fixed = fixed.span.bytes
        var partStart = 0
        for part in 0..<ends.count {
            if part > 0 {
                guard position < text.byteCount, !text.has(0x7B, at: position), !text.has(0x5B, at: position),
                    (try? text.skipValue(at: &position)) != nil
                else { return false }
            }
            starts[part] = position
            let count = ends[part] &- partStart
            guard text.has(fixed, partStart, count, at: position) else { return false }
            position &+= count
            partStart = ends[part]
        }
        scan = found
        scan.start = at
        for column in columns {
            let (from, to) = (column.from, column.to)
            scan.set(
                column.part, column.number, starts[from.part] &+ from.bytes..<starts[to.part] &+ to.bytes)
        }
        at = position
        return true
    }
}

extension RawSpan {
    /// True when `count` bytes from `offset` are those of `other` from `start`, behind which eight more can be read.
    @inline(__always)
    fileprivate func has(_ other: RawSpan, _ start: Int, _ count: Int, at offset: Int) -> Bool {
        guard count <= byteCount - offset else { return false }
        var done = 0
        while count - done >= 8 {
            if word(offset + done) != other.word(start + done) { return false }
            done += 8
        }
        guard done < count else { return true }
        if byteCount - offset - done >= 8 {
            let unused = UInt64(truncatingIfNeeded: 64 - 8 * (count - done))
            return (word(offset + done) ^ other.word(start + done)) &<< unused == 0
        }
        while done < count {
            if byte(offset + done) != other.byte(start + done) { return false }
            done += 1
        }
        return true
    }
}
