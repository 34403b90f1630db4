/// The buffer that librdkafka writes error texts into.
struct CBuffer {
    private var bytes = [CChar](repeating: 0, count: 512)

    mutating func fill<Result>(_ call: (UnsafeMutablePointer<CChar>, Int) -> Result) -> Result {
        bytes.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("the buffer is never empty") }
            return call(start, buffer.count)
        }
    }

    /// The text up to its terminator.
    var string: String {
        String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
