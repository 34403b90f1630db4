/// A row of a reference table that can be packed and unpacked.
public protocol TableRow: Equatable, Sendable {
    associatedtype ID: RawRepresentable & Hashable & Sendable where ID.RawValue: FixedWidthInteger & Sendable

    var id: ID { get }

    /// Appends the columns besides the id.
    func write(to bytes: inout RowBytes)

    /// Reads them in the same order, and leaves `offset` behind them.
    init(_ id: ID, from bytes: RowBytes, at offset: inout Int)
}

/// The columns of rows, one after the other. Numbers take the bytes they need, and a text that many rows share is
/// stored once.
public struct RowBytes: Sendable {
    private var bytes: [UInt8] = []
    /// The ranges of shared texts. One byte names one, so there are 255 at most.
    private var shared: [Range<UInt32>] = []
    /// Stands for a text that is not shared and follows.
    private static let own: UInt8 = 255

    var count: Int { bytes.count }
    var reserved: Int { bytes.capacity }

    /// Returns where the row begins.
    mutating func append<Row: TableRow>(_ row: Row) -> UInt32 {
        let start = UInt32(bytes.count)
        row.write(to: &self)
        return start
    }

    func row<Row: TableRow>(_ id: Row.ID, at start: UInt32) -> Row {
        var offset = Int(start)
        return Row(id, from: self, at: &offset)
    }

    /// How many bytes a row takes.
    func size<Row: TableRow>(of row: Row, at start: UInt32) -> Int {
        var offset = Int(start)
        _ = Row(row.id, from: self, at: &offset)
        return offset - Int(start)
    }

    /// Frees the memory reserved for further rows.
    mutating func trim() {
        bytes = bytes.withUnsafeBufferPointer { Array($0) }
        shared = shared.withUnsafeBufferPointer { Array($0) }
    }
}

// MARK: Numbers

extension RowBytes {
    mutating func append(_ number: Int128) { append(UInt128(bitPattern: number << 1 ^ number >> 127)) }

    mutating func append(_ number: Int32?) {
        append(number.map { UInt128(UInt32(bitPattern: $0 << 1 ^ $0 >> 31)) + 1 } ?? 0)
    }

    func number(at offset: inout Int) -> Int128 {
        let number: UInt128 = self.number(at: &offset)
        return Int128(bitPattern: number >> 1) ^ -Int128(bitPattern: number & 1)
    }

    func number(at offset: inout Int) -> Int32? {
        let number: UInt128 = self.number(at: &offset)
        guard number > 0 else { return nil }
        let bits = UInt32(truncatingIfNeeded: number - 1)
        return Int32(bitPattern: bits >> 1) ^ -Int32(bitPattern: bits & 1)
    }

    /// Seven bits a byte, the lowest first; the last byte has no high bit.
    private mutating func append(_ number: UInt128) {
        var rest = number
        while rest >= 0x80 {
            append(byte: UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(byte: UInt8(truncatingIfNeeded: rest))
    }

    private func number(at offset: inout Int) -> UInt128 {
        var number = UInt128(bytes[offset] & 0x7F)
        var shift = 7
        while bytes[offset] >= 0x80 {
            offset += 1
            number |= UInt128(bytes[offset] & 0x7F) << shift
            shift += 7
        }
        offset += 1
        return number
    }

    private mutating func append(byte: UInt8) {
        bytes.makeRoom(for: 1)
        bytes.append(byte)
    }
}

// MARK: Texts

extension RowBytes {
    /// Appends a row's own text, and one that other rows may have as well.
    mutating func append(_ texts: TextPair) {
        append(texts.first)
        if let index = shared.firstIndex(where: { text($0) == texts.second }) {
            return append(byte: UInt8(index))
        }
        append(byte: Self.own)
        append(texts.second)
        guard shared.count < Int(Self.own) else { return }
        shared.append(UInt32(bytes.count - texts.second.utf8.count)..<UInt32(bytes.count))
    }

    func texts(at offset: inout Int) -> TextPair {
        let first = range(at: &offset)
        let index = bytes[offset]
        offset += 1
        return TextPair(first, index == Self.own ? range(at: &offset) : range(of: shared[Int(index)]), of: bytes)
    }

    private mutating func append(_ text: Text) {
        let length = text.utf8.count
        append(UInt128(length))
        bytes.makeRoom(for: length)
        bytes.append(contentsOf: text.utf8)
    }

    /// The range of a text whose length is at `offset`.
    private func range(at offset: inout Int) -> Range<Int> {
        let length: UInt128 = number(at: &offset)
        defer { offset += Int(length) }
        return offset..<offset + Int(length)
    }

    private func range(of shared: Range<UInt32>) -> Range<Int> {
        Int(shared.lowerBound)..<Int(shared.upperBound)
    }

    private func text(_ shared: Range<UInt32>) -> Text { Text(range(of: shared), of: bytes) }
}

extension Array {
    /// Grows by an eighth, where `append` would double the memory.
    mutating func makeRoom(for more: Int) {
        if capacity - count < more { reserveCapacity(count + Swift.max(more, 8, count / 8)) }
    }
}
