/// A text in UTF-8 that may be part of a larger array. A table keeps the texts of its rows in one array, so that a
/// row that is handed out takes no memory for its own.
public struct Text: Sendable {
    @usableFromInline let pool: [UInt8]
    @usableFromInline let start: UInt32
    /// In bytes.
    @usableFromInline let length: UInt32

    /// The bytes must be UTF-8.
    public init(_ bytes: [UInt8]) { self.init(bytes.indices, of: bytes) }

    public init(_ string: String) { self.init(Array(string.utf8)) }

    init(_ range: Range<Int>, of pool: [UInt8]) {
        self.init(pool: pool, start: UInt32(range.lowerBound), length: UInt32(range.count))
    }

    fileprivate init(pool: [UInt8], start: UInt32, length: UInt32) {
        self.pool = pool
        self.start = start
        self.length = length
    }

    public var utf8: ArraySlice<UInt8> { pool[Int(start)..<Int(start) + Int(length)] }

    /// Of a label: there is none. Null and an empty text are the same.
    public var isEmpty: Bool { length == 0 }

    public var string: String { String(decoding: utf8, as: UTF8.self) }

    /// The bytes, valid inside `body` only.
    @inlinable
    public func withUTF8(_ body: (UnsafeRawBufferPointer) -> Void) {
        pool.withUnsafeBufferPointer { pool in
            let text = UnsafeBufferPointer(rebasing: pool[Int(start)..<Int(start) + Int(length)])
            body(UnsafeRawBufferPointer(text))
        }
    }
}

/// Texts are the same when their bytes are.
extension Text: Hashable {
    public static func == (a: Self, b: Self) -> Bool { a.length == b.length && a.utf8 == b.utf8 }

    public func hash(into hasher: inout Hasher) {
        withUTF8 { hasher.combine(bytes: $0) }
        hasher.combine(length)
    }
}

extension Text: ExpressibleByStringInterpolation {
    public init(stringLiteral string: String) { self.init(string) }
}

extension Text: CustomStringConvertible {
    public var description: String { string }
}

/// Two texts in one array, so that copying a row costs one reference.
struct TextPair: Equatable, Sendable {
    private let pool: [UInt8]
    private let firstStart: UInt32
    private let firstLength: UInt32
    private let secondStart: UInt32
    private let secondLength: UInt32

    init(_ first: Text, _ second: Text) {
        self.init(
            0..<first.utf8.count, first.utf8.count..<first.utf8.count + second.utf8.count,
            of: Array(first.utf8) + second.utf8)
    }

    init(_ first: Range<Int>, _ second: Range<Int>, of pool: [UInt8]) {
        self.pool = pool
        firstStart = UInt32(first.lowerBound)
        firstLength = UInt32(first.count)
        secondStart = UInt32(second.lowerBound)
        secondLength = UInt32(second.count)
    }

    var first: Text { Text(pool: pool, start: firstStart, length: firstLength) }
    var second: Text { Text(pool: pool, start: secondStart, length: secondLength) }

    static func == (a: Self, b: Self) -> Bool { a.first == b.first && a.second == b.second }
}
