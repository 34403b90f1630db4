import Wire

extension InputDecoder {
    /// Decodes the key and the value, each in a block of exactly its size.
    func decode(key: String? = nil, _ value: String?) throws(BadEvent) -> InputMessage {
        guard let value else {
            return try withKey(key) { (key) throws(BadEvent) in try decode(key: key, value: nil) }
        }
        return try withKey(key) { (key) throws(BadEvent) in
            try withExactBytes(Array(value.utf8)) { (value) throws(BadEvent) in
                try decode(key: key, value: value)
            }
        }
    }

    func badness(key: String? = nil, _ value: String?) -> BadEvent? {
        do throws(BadEvent) {
            _ = try decode(key: key, value)
            return nil
        } catch {
            return error
        }
    }
}

func withKey<R, E: Error>(
    _ key: String?, _ body: (UnsafeRawBufferPointer?) throws(E) -> R
) throws(E) -> R {
    guard let key else { return try body(nil) }
    return try withExactBytes(Array(key.utf8)) { (key) throws(E) in try body(key) }
}
