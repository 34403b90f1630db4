import Inventory

/// The position of a change in the database's log, from an envelope's `source` or from the fields that
/// ExtractNewRecordState copies from there.
enum SourcePosition: Int, CaseIterable {
    /// PostgreSQL: the position of the change in the write-ahead log. Changes of one row are in its order,
    /// whatever transactions they are in, because the row is locked from the change to the commit.
    case lsn
    /// PostgreSQL: `["<last commit>","<lsn>"]`.
    case sequence
    /// MySQL: the binary log's file, the event's position in it, the row's index in the event.
    case file, position, row
    /// The database's time of the change, which a change sent again repeats; an envelope's own `ts_ms` is
    /// the connector's and new every time.
    case milliseconds, microseconds
    /// True, or a text that says which row of a snapshot.
    case snapshot

    var name: String {
        switch self {
        case .lsn: "lsn"
        case .sequence: "sequence"
        case .file: "file"
        case .position: "pos"
        case .row: "row"
        case .milliseconds: "ts_ms"
        case .microseconds: "ts_us"
        case .snapshot: "snapshot"
        }
    }

    static let names = ColumnMap(allCases.map(\.name))

    /// - Parameters:
    ///   - fields: by the cases of this enumeration.
    ///   - operation: its letter, 0 where none is told.
    static func version(_ text: RawSpan, _ fields: RowSpans, operation: UInt8) -> RowVersion {
        var flags: RowVersion.Flags = operation == Operation.delete.rawValue ? .delete : []
        if operation == Operation.read.rawValue || isSnapshot(text, fields[Self.snapshot.rawValue]) {
            flags.insert(.snapshot)
        }
        let micros = microseconds(text, fields)
        let seconds = UInt32(clamping: micros / 1_000_000)
        if let lsn = number(text, fields[Self.lsn.rawValue]) ?? lastOfSequence(text, fields) {
            return RowVersion(logPosition: lsn, seconds: seconds, flags)
        }
        if let position = binaryLogPosition(text, fields) {
            return RowVersion(logPosition: position, seconds: seconds, flags.union(.commitOrder))
        }
        return RowVersion(logPosition: micros, seconds: seconds, flags)
    }

    private static func microseconds(_ text: RawSpan, _ fields: RowSpans) -> UInt64 {
        if let micros = number(text, fields[Self.microseconds.rawValue]) { return micros }
        guard let millis = number(text, fields[Self.milliseconds.rawValue]) else { return 0 }
        let (micros, overflows) = millis.multipliedReportingOverflow(by: 1000)
        return overflows ? 0 : micros
    }

    private static func isSnapshot(_ text: RawSpan, _ value: Range<Int>?) -> Bool {
        guard let value else { return false }
        if text.isString(value) { return !text.matches("\"false\"", at: value.lowerBound) }
        return text.matches("true", at: value.lowerBound)
    }

    /// A positive integer, which some converters write as a string.
    @inline(__always)
    private static func number(_ text: RawSpan, _ value: Range<Int>?) -> UInt64? {
        guard var value, !value.isEmpty else { return nil }
        if text.isString(value) { value = value.lowerBound + 1..<value.upperBound - 1 }
        guard 1...19 ~= value.count else { return nil }
        var number: UInt64 = 0
        for at in value {
            let digit = text.byte(at) &- 0x30
            guard digit <= 9 else { return nil }
            number = number &* 10 &+ UInt64(digit)
        }
        return number > 0 ? number : nil
    }

    /// The last number of a sequence, which stands in the message as `"[\"24023119\",\"24023128\"]"`.
    private static func lastOfSequence(_ text: RawSpan, _ fields: RowSpans) -> UInt64? {
        guard let value = fields[Self.sequence.rawValue], text.isString(value) else { return nil }
        return text.withDecodedString(value) { sequence in
            var end = sequence.byteCount
            while end > 0, sequence.byte(end - 1) &- 0x30 > 9 { end -= 1 }
            var start = end
            while start > 0, sequence.byte(start - 1) &- 0x30 <= 9 { start -= 1 }
            // `["24023119",null]` ends with no number of its own.
            guard sequence.byteCount - end <= 2 else { return nil }
            return number(sequence, start..<end)
        }
    }

    /// The number at the file's end, the position and the row in one integer: 20, 32 and 9 bits. A file number beyond
    /// them begins anew; then the time of the change decides.
    private static func binaryLogPosition(_ text: RawSpan, _ fields: RowSpans) -> UInt64? {
        guard let file = fields[Self.file.rawValue], text.isString(file),
            let position = number(text, fields[Self.position.rawValue])
        else { return nil }
        var start = file.upperBound - 1
        while start > file.lowerBound + 1, text.byte(start - 1) &- 0x30 <= 9 { start -= 1 }
        guard let sequence = number(text, start..<file.upperBound - 1) else { return nil }
        let row = number(text, fields[Self.row.rawValue]) ?? 0
        return (sequence & 0xF_FFFF) << 41 | min(position, 0xFFFF_FFFF) << 9 | min(row, 0x1FF)
    }
}
