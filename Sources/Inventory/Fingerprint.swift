/// A 64-bit hash of a published row. It is stored, so the function must never change.
///
/// A changed row keeps its fingerprint once in 2⁶⁴ changes; 0 means no row.
struct Fingerprint {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func combine(_ value: UInt64) {
        let product = (state ^ value).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        state = product.high ^ product.low &+ 0xD6E8_FEB8_6659_FD93
    }

    mutating func combine(_ value: Int64) { combine(UInt64(bitPattern: value)) }

    mutating func combine(_ text: Text) {
        var word: UInt64 = 0
        var length: UInt64 = 0
        for byte in text.utf8 {
            word = word << 8 | UInt64(byte)
            length += 1
            if length & 7 == 0 {
                combine(word)
                word = 0
            }
        }
        combine(word)
        combine(length)
    }

    var value: UInt64 { state == 0 ? 1 : state }

    /// Of no row that anybody knows.
    static let unknown = UInt64.max

    static func of(_ row: StockRow) -> UInt64 {
        var fingerprint = Fingerprint()
        fingerprint.combine(row.product.name)
        fingerprint.combine(row.product.category)
        fingerprint.combine(row.warehouse.name)
        fingerprint.combine(row.currentStock)
        fingerprint.combine(row.reorderThreshold.map(Int64.init) ?? .max)
        fingerprint.combine(row.lastUpdated.microseconds)
        return fingerprint.value
    }

    static func of(_ row: RollupRow) -> UInt64 {
        var fingerprint = Fingerprint()
        fingerprint.combine(row.product.name)
        fingerprint.combine(row.product.category)
        fingerprint.combine(Int64(row.warehouseCount))
        fingerprint.combine(UInt64(truncatingIfNeeded: row.totalStock))
        fingerprint.combine(UInt64(truncatingIfNeeded: row.totalStock >> 64))
        fingerprint.combine(row.minWarehouseStock)
        fingerprint.combine(row.maxWarehouseStock)
        fingerprint.combine(row.product.reorderThreshold.map(Int64.init) ?? .max)
        return fingerprint.value
    }
}
