/// A movement as unsigned numbers. A page stores how they differ from a base of its own.
struct MovementCodes {
    /// The entry's index plus 1; 0 for a deleted event, whose units and time are not stored.
    var entry: UInt64
    var time: UInt64
    /// The position with its flags in the low bits, so that neighbours differ by little.
    var position: UInt64
    var seconds: UInt64
    var units: UInt64

    @inline(__always)
    init(_ movement: Movement) {
        entry = movement.isLive ? UInt64(movement.entry) + 1 : 0
        time = UInt64(bitPattern: movement.time) ^ 1 << 63
        position = movement.version.position << 3 | movement.version.position >> 61
        seconds = UInt64(movement.version.seconds)
        units = UInt64(UInt32(bitPattern: movement.units) ^ 1 << 31)
    }

    @inline(__always)
    init(entry: UInt64, time: UInt64, position: UInt64, seconds: UInt64, units: UInt64) {
        self.entry = entry
        self.time = time
        self.position = position
        self.seconds = seconds
        self.units = units
    }

    @inline(__always)
    var movement: Movement {
        let version = RowVersion(
            position: position >> 3 | position << 61, seconds: UInt32(truncatingIfNeeded: seconds))
        guard entry > 0 else { return .deleted(version) }
        return Movement(
            entry: UInt32(truncatingIfNeeded: entry &- 1),
            units: Int32(bitPattern: UInt32(truncatingIfNeeded: units) ^ 1 << 31),
            time: Int64(bitPattern: time ^ 1 << 63), version: version)
    }
}

/// How a page stores one number of each movement: the difference to `base`, in `width` bytes.
struct MovementColumn {
    var base: UInt64
    var width: Int

    @inline(__always)
    init(base: UInt64, width: UInt8) {
        self.base = base
        self.width = Int(width)
    }

    /// As narrow as the range allows; the spare room is divided between its two ends.
    /// - Parameter spare: bits to add to the range's own.
    init(_ range: (least: UInt64, greatest: UInt64), spare: Int) {
        guard range.least < range.greatest else {
            self.init(base: range.least > range.greatest ? 0 : range.least, width: 0)
            return
        }
        let difference = range.greatest - range.least
        let bits = min(64, 64 - difference.leadingZeroBitCount + spare)
        self.init(base: 0, width: UInt8((bits + 7) / 8))
        base = range.least - min(range.least, (mask - difference) / 2)
    }

    @inline(__always)
    private var mask: UInt64 { UInt64.max >> UInt64(64 - 8 * width) }

    @inline(__always)
    func holds(_ code: UInt64) -> Bool { code &- base <= mask }

    /// Reads 8 bytes, whatever the width.
    @inline(__always)
    func load(_ bytes: UnsafeMutableRawPointer) -> UInt64 {
        base &+ (bytes.loadUnaligned(as: UInt64.self) & mask)
    }

    /// Writes 8 bytes, zeros beyond the width.
    @inline(__always)
    func store(_ code: UInt64, _ bytes: UnsafeMutableRawPointer) {
        bytes.storeBytes(of: code &- base, as: UInt64.self)
    }
}

/// How a page stores its movements: each number in as many whole bytes as its range needs.
struct MovementColumns: Equatable {
    private struct Widths: Equatable {
        var entry, time, position, seconds, units: UInt8
    }

    private var timeBase: UInt64
    private var positionBase: UInt64
    private var secondsBase: UInt32
    private var unitsBase: UInt32
    private var widths: Widths

    /// - Parameter spare: bits to add to each range but that of the entries.
    init(_ span: MovementSpan, spare: Int = 0) {
        let time = MovementColumn(span.time, spare: spare)
        let position = MovementColumn(span.position, spare: spare)
        let seconds = MovementColumn(span.seconds, spare: spare)
        let units = MovementColumn(span.units, spare: spare)
        timeBase = time.base
        positionBase = position.base
        secondsBase = UInt32(truncatingIfNeeded: seconds.base)
        unitsBase = UInt32(truncatingIfNeeded: units.base)
        let entry = MovementColumn((0, span.entry), spare: 0)
        widths = Widths(
            entry: UInt8(entry.width), time: UInt8(time.width), position: UInt8(position.width),
            seconds: UInt8(seconds.width), units: UInt8(units.width))
    }

    @inline(__always)
    private var entry: MovementColumn { MovementColumn(base: 0, width: widths.entry) }
    @inline(__always)
    private var time: MovementColumn { MovementColumn(base: timeBase, width: widths.time) }
    @inline(__always)
    private var position: MovementColumn { MovementColumn(base: positionBase, width: widths.position) }
    @inline(__always)
    private var seconds: MovementColumn {
        MovementColumn(base: UInt64(secondsBase), width: widths.seconds)
    }
    @inline(__always)
    private var units: MovementColumn { MovementColumn(base: UInt64(unitsBase), width: widths.units) }

    /// Whether every number has the same width in both.
    func areAsWide(as other: MovementColumns) -> Bool { widths == other.widths }

    /// Bytes of a movement.
    @inline(__always)
    var byteCount: Int {
        Int(widths.entry &+ widths.time &+ widths.position &+ widths.seconds &+ widths.units)
    }

    @inline(__always)
    func holds(_ codes: MovementCodes) -> Bool {
        guard entry.holds(codes.entry), position.holds(codes.position), seconds.holds(codes.seconds) else {
            return false
        }
        return codes.entry == 0 || (time.holds(codes.time) && units.holds(codes.units))
    }

    @inline(__always)
    func load(_ bytes: UnsafeMutableRawPointer) -> MovementCodes {
        var at = bytes
        let entry = take(entry, &at)
        let time = take(time, &at)
        let position = take(position, &at)
        let seconds = take(seconds, &at)
        return MovementCodes(entry: entry, time: time, position: position, seconds: seconds, units: take(units, &at))
    }

    /// The entry's index plus 1, and the time, of one movement.
    @inline(__always)
    func loadEntryAndTime(_ bytes: UnsafeMutableRawPointer) -> (entry: UInt64, time: UInt64) {
        (entry.load(bytes), time.load(bytes + entry.width))
    }

    @inline(__always)
    private func take(_ column: MovementColumn, _ at: inout UnsafeMutableRawPointer) -> UInt64 {
        defer { at += column.width }
        return column.load(at)
    }

    /// The columns must hold the codes. Each overwrites what the one before wrote beyond its width, which is faster
    /// than to read first; the bytes after the movement are restored.
    @inline(__always)
    func store(_ codes: MovementCodes, _ bytes: UnsafeMutableRawPointer) {
        let end = bytes + byteCount
        let following = end.loadUnaligned(as: UInt64.self)
        defer { end.storeBytes(of: following, as: UInt64.self) }
        var at = bytes
        put(codes.entry, entry, &at)
        put(codes.entry == 0 ? timeBase : codes.time, time, &at)
        put(codes.position, position, &at)
        put(codes.seconds, seconds, &at)
        put(codes.entry == 0 ? UInt64(unitsBase) : codes.units, units, &at)
    }

    @inline(__always)
    private func put(_ code: UInt64, _ column: MovementColumn, _ at: inout UnsafeMutableRawPointer) {
        column.store(code, at)
        at += column.width
    }
}

/// The least and the greatest of each number of some movements.
struct MovementSpan {
    private(set) var entry: UInt64 = 0
    private(set) var time: (least: UInt64, greatest: UInt64) = (.max, 0)
    private(set) var position: (least: UInt64, greatest: UInt64) = (.max, 0)
    private(set) var seconds: (least: UInt64, greatest: UInt64) = (.max, 0)
    private(set) var units: (least: UInt64, greatest: UInt64) = (.max, 0)

    mutating func include(_ codes: MovementCodes) {
        position = (min(position.least, codes.position), max(position.greatest, codes.position))
        seconds = (min(seconds.least, codes.seconds), max(seconds.greatest, codes.seconds))
        guard codes.entry > 0 else { return }
        entry = max(entry, codes.entry)
        time = (min(time.least, codes.time), max(time.greatest, codes.time))
        units = (min(units.least, codes.units), max(units.greatest, codes.units))
    }
}
