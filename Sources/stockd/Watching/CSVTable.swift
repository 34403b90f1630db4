/// The daemon's CSV, taken apart for a table.
struct CSVTable {
    private(set) var header: [String] = []
    var rows: [[String]] = []
    private var headerEnd = 0

    init(_ bytes: [UInt8]) {
        var record: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        func finished() -> [String] { record + [String(decoding: field, as: UTF8.self)] }
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case 0x22:
                // A doubled quote stands for one: it ends the quoted part and begins it again.
                if isQuoted == false, index > 0, bytes[index - 1] == 0x22 { field.append(byte) }
                isQuoted.toggle()
            case 0x2C where !isQuoted:
                record = finished()
                field = []
            case 0x0A where !isQuoted:
                if header.isEmpty {
                    header = finished()
                    headerEnd = index + 1
                } else {
                    rows.append(finished())
                }
                record = []
                field = []
            default: field.append(byte)
            }
        }
    }

    /// The same bytes without the header line.
    func bodyAfterHeader(_ bytes: [UInt8]) -> ArraySlice<UInt8> { bytes[headerEnd...] }
}
