/// The operation of an envelope, by its letter.
enum Operation: UInt8 {
    case create = 0x63  // c
    case delete = 0x64  // d
    /// `pg_logical_emit_message`.
    case message = 0x6D  // m
    /// A row that a snapshot read.
    case read = 0x72  // r
    case truncate = 0x74  // t
    case update = 0x75  // u

    init(_ text: RawSpan, _ scan: CaptureScan) throws(BadEvent) {
        let value = scan[.operation] ?? 0..<0
        guard value.count == 3, let operation = Self(rawValue: text.byte(value.lowerBound + 1)) else {
            throw BadEvent(unknownOperation: value, in: text)
        }
        self = operation
    }

    var letter: Character { Character(Unicode.Scalar(rawValue)) }
}
