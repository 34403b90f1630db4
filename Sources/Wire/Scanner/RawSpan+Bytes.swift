/// Bounds-checked reads of a message in place. A read past the end traps instead of leaking what lies
/// behind the buffer; the callers test what the input decides first, so that none of them can.
extension RawSpan {
    @inline(__always)
    func byte(_ offset: Int) -> UInt8 {
        unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// Eight bytes from `offset`, the first in the low end.
    @inline(__always)
    func word(_ offset: Int) -> UInt64 {
        UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// True when a byte follows at `offset` and it is this one.
    @inline(__always)
    func has(_ byte: UInt8, at offset: Int) -> Bool {
        offset < byteCount && self.byte(offset) == byte
    }

    /// True when the bytes from `offset` are exactly `literal`. The comparisons are of constants once
    /// inlined: eight bytes at a time, the last word overlapping the one before it.
    @inline(__always)
    func matches(_ literal: StaticString, at offset: Int) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard byteCount - offset >= count else { return false }
        let wanted = UnsafeRawPointer(literal.utf8Start)
        guard count >= 8 else {
            for k in 0..<count where byte(offset + k) != wanted.load(fromByteOffset: k, as: UInt8.self) {
                return false
            }
            return true
        }
        var k = 0
        while k + 8 <= count {
            if word(offset + k) != wanted.littleEndianWord(k) { return false }
            k += 8
        }
        return word(offset + count - 8) == wanted.littleEndianWord(count - 8)
    }
}

extension UnsafeRawPointer {
    @inline(__always)
    func littleEndianWord(_ offset: Int) -> UInt64 {
        UInt64(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
