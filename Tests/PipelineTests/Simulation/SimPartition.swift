/// A record as the simulated broker stores it.
struct SimRecord {
    var offset: Int64
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [(name: String, value: [UInt8]?)] = []
    /// By the cluster's clock; nil where no test needs it.
    var timestampMs: Int64?
    /// The transaction that wrote it; nil for plain producers.
    var transaction: Int?
    /// A commit or abort marker: takes an offset, never delivered.
    var isControl = false
}

/// One partition of a simulated topic, with the isolation of a real one.
final class SimPartition {
    private(set) var records: [SimRecord] = []
    private(set) var start: Int64 = 0
    /// The offset of the next record.
    private(set) var end: Int64 = 0
    /// The first offset of each transaction whose marker has not arrived.
    private var open: [Int: Int64] = [:]
    private var aborted: Set<Int> = []

    /// The last stable offset, where `read_committed` readers stop.
    var stableEnd: Int64 { open.values.min() ?? end }

    @discardableResult
    func append(_ record: SimRecord) -> Int64 {
        var record = record
        record.offset = end
        if let transaction = record.transaction, open[transaction] == nil { open[transaction] = end }
        records.append(record)
        end += 1
        return record.offset
    }

    /// Takes an offset at which no reader ever sees a record.
    func appendControl() { append(SimRecord(offset: 0, isControl: true)) }

    func mark(_ transaction: Int, committed: Bool) {
        if !committed { aborted.insert(transaction) }
        open[transaction] = nil
        appendControl()
    }

    private func isVisible(_ record: SimRecord) -> Bool {
        guard !record.isControl else { return false }
        return record.transaction.map { !aborted.contains($0) } ?? true
    }

    private func index(of offset: Int64) -> Int {
        var low = 0
        var high = records.count
        while low < high {
            let middle = (low + high) / 2
            if records[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Up to so many committed records, and the position behind the last record looked at.
    func read(from: Int64, below limit: Int64, max count: Int) -> (records: [SimRecord], next: Int64) {
        var found: [SimRecord] = []
        let bound = min(limit, stableEnd)
        var index = index(of: from)
        while index < records.count, records[index].offset < bound {
            if found.count == count { return (found, found[count - 1].offset + 1) }
            if isVisible(records[index]) { found.append(records[index]) }
            index += 1
        }
        return (found, max(from, bound))
    }

    /// The offset of the first record at least as new, or the end.
    func offset(atMs time: Int64) -> Int64 {
        records.first { ($0.timestampMs ?? .min) >= time }?.offset ?? end
    }

    /// All committed records.
    var committedRecords: [SimRecord] { read(from: start, below: end, max: .max).records }

    /// Keeps the newest record of each key below an offset; true when records were deleted.
    func compact(below limit: Int64) -> Bool {
        let limit = min(limit, stableEnd)
        var newest: [[UInt8]: Int64] = [:]
        for record in records where record.offset < limit && isVisible(record) {
            if let key = record.key { newest[key] = record.offset }
        }
        let before = records.count
        records.removeAll { record in
            guard record.offset < limit else { return false }
            guard isVisible(record), let key = record.key else { return true }
            return newest[key] != record.offset
        }
        return records.count < before
    }

    /// Deletes the oldest records, as retention does.
    func trim(to offset: Int64) {
        start = max(start, min(offset, end))
        records.removeAll { $0.offset < start }
    }
}
