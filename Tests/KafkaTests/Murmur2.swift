/// An independent murmur2, written from its description, as Kafka's Java client uses it.
enum Murmur2 {
    static func partition(of key: String, among count: Int32) -> Int32 {
        Int32(hash(Array(key.utf8)) & 0x7fff_ffff) % count
    }

    static func hash(_ data: [UInt8]) -> UInt32 {
        let m: UInt32 = 0x5bd1_e995
        var h: UInt32 = 0x9747_b28c ^ UInt32(data.count)
        var i = 0
        while data.count - i >= 4 {
            var k = (0..<4).reduce(UInt32(0)) { $0 | UInt32(data[i + $1]) << UInt32(8 * $1) }
            k = k &* m
            k = (k ^ (k >> 24)) &* m
            h = (h &* m) ^ k
            i += 4
        }
        if i < data.count {
            for (place, byte) in data[i...].enumerated() { h ^= UInt32(byte) << UInt32(8 * place) }
            h = h &* m
        }
        h = (h ^ (h >> 13)) &* m
        return h ^ (h >> 15)
    }
}
