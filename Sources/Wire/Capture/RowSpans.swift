/// The ranges of a row's values in a message, by the columns that a `ColumnMap` gives. Of a repeated column the last
/// counts.
struct RowSpans {
    /// The first byte in the upper half, the end in the lower; 0 for a column that is not there.
    private var spans = InlineArray<16, UInt64>(repeating: 0)
    private(set) var isEmpty = true
    /// Whether a field was seen that change messages of other formats have.
    var hasMark = false

    /// Columns that fit.
    static var capacity: Int { 16 }
    /// The longest text whose offsets fit; Kafka's messages are shorter.
    static var longestText: Int { Int(Int32.max) }

    static func checkLength(of text: RawSpan) throws(BadEvent) {
        guard text.byteCount <= longestText else {
            throw BadEvent(.invalidJSON, "the message is longer than 2 GiB")
        }
    }

    @inline(__always)
    subscript(column: Int) -> Range<Int>? {
        let span = spans[column]
        return span == 0 ? nil : Int(span >> 32)..<Int(span & 0xFFFF_FFFF)
    }

    @inline(__always)
    mutating func set(_ column: Int, _ value: Range<Int>) {
        spans[column] =
            UInt64(truncatingIfNeeded: value.lowerBound) << 32
            | UInt64(truncatingIfNeeded: value.upperBound)
        isEmpty = false
    }
}
