/// Remembered event ids as a checkpoint stores them: those of one set that fall into one of 65,536 buckets.
public struct IDBucket: Equatable, Sendable {
    /// The number of the set; see `DedupeSummary.number`.
    public var set: UInt64
    /// The same for all ids of a chunk, as long as the seed is the same.
    public var bucket: UInt16
    public var chunks: [IDChunk]
    /// The ids outside these chunks, in ascending order.
    public var ids: [Int64]
    /// In ascending order.
    public var texts: [EventID]

    public init(set: UInt64, bucket: UInt16, chunks: [IDChunk] = [], ids: [Int64] = [], texts: [EventID] = []) {
        self.set = set
        self.bucket = bucket
        self.chunks = chunks
        self.ids = ids
        self.texts = texts
    }
}

/// Ids that lie close together: `number × 4096 ..< (number + 1) × 4096`, a bit each, low bit first.
public struct IDChunk: Equatable, Sendable {
    /// 64-bit words in a chunk.
    public static let wordCount = 64

    public var number: Int64
    public var words: [UInt64]

    public init(number: Int64, words: [UInt64]) {
        self.number = number
        self.words = words
    }

    /// The chunk that an id belongs to.
    @inline(__always)
    static func number(of id: Int64) -> Int64 { id >> 12 }
}

/// What a checkpoint record stores of a dedupe window.
public struct DedupeSummary: Equatable, Sendable {
    /// Decides into which bucket an id falls. It is drawn at random and stays secret: whoever knew it could send
    /// ids that all fall into one bucket, and make its record larger than Kafka takes.
    public var seed: UInt64
    /// The number of the set that takes new ids; the previous set's is one less. Records of all other sets are left
    /// over from dropped sets.
    public var number: UInt64
    public var currentCount: Int
    public var previousCount: Int

    public init(seed: UInt64, number: UInt64, currentCount: Int, previousCount: Int) {
        self.seed = seed
        self.number = number
        self.currentCount = currentCount
        self.previousCount = previousCount
    }
}
