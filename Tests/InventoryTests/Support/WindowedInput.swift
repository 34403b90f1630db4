import TestSupport

@testable import Inventory

/// A plain model of what a dedupe window remembers.
struct WindowModel: Equatable {
    let window: Int
    var current: Set<Int64> = []
    var previous: Set<Int64> = []
    var number: UInt64 = 1

    func contains(_ id: Int64) -> Bool { current.contains(id) || previous.contains(id) }

    mutating func insert(_ id: Int64) {
        guard window > 0 else { return }
        current.insert(id)
        if current.count >= window { (previous, current, number) = (current, [], number + 1) }
    }
}

/// A dedupe window, its model, and the records that its checkpoints left in a compacted topic.
final class WindowedInput {
    private struct Name: Hashable {
        var isOdd: Bool
        var bucket: UInt16
    }

    private(set) var window: DedupeWindow
    private(set) var model: WindowModel
    private var committed: WindowModel
    private var records: [Name: IDBucket] = [:]
    private var stored: (model: WindowModel, summary: DedupeSummary)
    private(set) var disagrees = false
    private let kind: IDKind

    /// - Parameter kind: whether the window sees the numbers, or texts that hold them.
    init(window: Int, seed: UInt64 = 1, _ kind: IDKind = .integer) {
        self.kind = kind
        self.window = DedupeWindow(window: window, seed: seed)
        model = WindowModel(window: window)
        committed = model
        stored = (model, self.window.summary)
    }

    var byteCount: Int { window.current.byteCount + window.previous.byteCount }
    var summary: DedupeSummary { window.summary }
    var dirtyBucketCount: Int { window.dirtyBucketCount }
    var recordCount: Int { records.count }
    var rememberedCount: Int { summary.currentCount + summary.previousCount }

    func contains(_ id: Int64) -> Bool { window.contains(event(id)) }

    private func event(_ id: Int64) -> EventID { kind == .text ? EventID(text: "order-\(id)") : EventID(id) }

    /// Applies an id if it is new.
    /// - Returns: whether it was.
    @discardableResult
    func apply(_ id: Int64) -> Bool {
        let isNew = !contains(id)
        if isNew == model.contains(id) { disagrees = true }
        if isNew {
            window.insert(event(id))
            model.insert(id)
        }
        return isNew
    }

    func apply(_ ids: some Sequence<Int64>) { for id in ids { apply(id) } }

    func commit() {
        window.commit()
        committed = model
    }

    func rollback() {
        window.rollback()
        model = committed
    }

    /// Ends the transaction in one of the ways it can end, now and then with a restart from the last checkpoint.
    func end(_ random: inout SeededRandom) {
        switch random.below(10) {
        case 0..<3: rollback()
        case 3:
            _ = changedBuckets()  // The transaction of a checkpoint can fail.
            rollback()
        case 4..<6: checkpoint()
        case 6: restore()
        default: commit()
        }
    }

    // MARK: Checkpoints

    func changedBuckets() -> [IDBucket] {
        var buckets: [IDBucket] = []
        window.forEachDirtyBucket { buckets.append($0) }
        return buckets
    }

    func checkpoint() {
        for bucket in changedBuckets() {
            records[Name(isOdd: bucket.set % 2 == 1, bucket: bucket.bucket)] = bucket
        }
        commit()
        window.markClean()
        stored = (model, summary)
    }

    /// Restarts from the last checkpoint.
    /// - Returns: whether everything that the checkpoint counts was there.
    @discardableResult
    func restore(window size: Int? = nil, without lost: Int = 0) -> Bool {
        let size = size ?? model.window
        window = DedupeWindow(window: size, summary: stored.summary)
        for record in records.values.shuffled().dropFirst(lost) { window.restore(record) }
        model = WindowModel(
            window: size, current: stored.model.current, previous: stored.model.previous,
            number: stored.model.number)
        committed = model
        return window.finishRestoring()
    }

    /// Whether the window and the model agree on their counts and on these ids.
    func agrees(on ids: [Int64]) -> Bool {
        let counts =
            [summary.currentCount, summary.previousCount] == [model.current.count, model.previous.count]
        return counts && summary.number == model.number && !disagrees
            && ids.allSatisfy { contains($0) == model.contains($0) }
    }
}

/// Event ids as producers might send them, and worse.
enum IDPattern: CaseIterable {
    case dense, shuffled, everyTenth, every60th, every86th, fromEightProducers, snowflakes, anywhere, extremes
    /// One half dense, one half anywhere.
    case mixed

    func id(_ step: Int, _ random: inout SeededRandom) -> Int64 {
        let number = Int64(step)
        switch self {
        case .dense: return number
        case .shuffled: return number + Int64(random.below(9000))
        case .everyTenth: return number * 10 - 100_000
        case .every60th: return number * 60
        case .every86th: return number * 86
        case .fromEightProducers: return Int64(random.below(8)) << 40 | number
        case .snowflakes: return 1 << 60 | (number / 3) << 22 | (number * 5 % 8) << 12 | number % 3
        case .anywhere: return Int64(bitPattern: random.next())
        case .extremes:
            let near = Int64(random.below(20_000))
            return random.pick([.min + near / 1000, .min + near, .max - near, -near, near, 1 << 52 - near])
        case .mixed: return random.chance(2) ? number : Int64(bitPattern: random.next())
        }
    }
}

extension EventID {
    init(text: String) { self = Array(text.utf8).withUnsafeBytes { TextHash.id($0) } }
}

extension IDSet {
    /// Memory held, in bytes.
    var byteCount: Int {
        (0..<256).reduce(0) { $0 + segment(UInt64($1) << 56).pointee.byteCount } + 65_536 / 8
    }
}

extension IDSegment {
    /// A dictionary is at most three quarters full.
    fileprivate var byteCount: Int {
        let bitmapByteCount = bitmaps.capacity * 16 * 4 / 3 + bitmaps.count * IDChunk.wordCount * 8
        return MemoryLayout<Self>.stride + bitmapByteCount + ids.capacity * MemoryLayout<Int64>.stride
            + texts.byteCount
    }
}
