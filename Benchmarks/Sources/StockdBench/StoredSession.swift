import Foundation
import Inventory
import Pipeline

/// A log that holds nothing but the state of one partition, read from a file: what a recovery costs besides the
/// broker's and the client's own time. Nothing that is sent to it is kept.
final class StoredSession: Session {
    private let path: String
    private let inputEnd: Offset
    private var hasAssigned = false

    init(path: String, inputEnd: Offset) {
        self.path = path
        self.inputEnd = inputEnd
    }

    var nowMs: Int64 { Int64(DispatchTime.now().uptimeNanoseconds / 1_000_000) }
    func pause(ms: Int64) {}

    func poll(maxRecords: Int, waitMs: Int64) -> Polled {
        defer { hasAssigned = true }
        return hasAssigned ? .idle : .assigned([Partition(0)])
    }

    var hasMore: Bool { false }
    func position(_ partition: Partition) -> Offset? { nil }
    func record(_ index: Int) -> TopicRecord { preconditionFailure("there are no input records") }
    func envelope(_ index: Int) -> Envelope { Envelope() }
    func timestampMs(_ index: Int) -> Int64? { nil }
    func assign(_ starts: [PartitionPosition]) {}
    func unassign() {}
    func rewind(to positions: [PartitionPosition]) {}
    func committed(_ partitions: [Partition]) -> [Partition: Offset] { [Partition(0): inputEnd] }
    func partitionCount(_ topic: Topic) -> Int? { 1 }
    func bounds(_ topic: Topic, _ partition: Partition) -> Range<Offset> { Offset(0)..<inputEnd }
    func offset(at time: Timestamp, _ partition: Partition) -> Offset { inputEnd }

    func prepareTransactions() {}
    func begin() {}
    func send(_ message: OutgoingMessage) {}
    func sendOffsets(_ positions: [PartitionPosition]) {}
    func startCommit() {}
    func finishCommit() {}
    func abort() {}
    func discardProducer() {}

    func reader(_ topic: Topic, _ spans: [TopicSpan]) throws(SessionFailure) -> StoredReader {
        guard topic == .state else { return StoredReader(nil) }
        guard let file = fopen(path, "r") else { throw .fatal("cannot read \(path)") }
        return StoredReader(file)
    }

    func follower(_ topic: Topic, _ starts: [PartitionPosition]) -> StoredReader { StoredReader(nil) }
}

/// Reads the file's records, so many at a time into a buffer that is used again.
final class StoredReader: TopicReader {
    private let file: UnsafeMutablePointer<FILE>?
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 22, alignment: 8)
    private var batch: [(key: Range<Int>, value: Range<Int>)] = []
    private var offset: Int64 = 0

    init(_ file: UnsafeMutablePointer<FILE>?) { self.file = file }

    deinit {
        if let file { fclose(file) }
        buffer.deallocate()
    }

    func poll(waitMs: Int64) -> Int? {
        guard let file else { return nil }
        offset += Int64(batch.count)
        batch.removeAll(keepingCapacity: true)
        var place = 0
        while batch.count < 1_000 {
            var sizes: (UInt32, UInt32) = (0, 0)
            guard fread(&sizes, 8, 1, file) == 1 else { break }
            let (key, value) = (Int(sizes.0), Int(sizes.1))
            guard fread(buffer.baseAddress! + place, key + value, 1, file) == 1 else { break }
            batch.append((place..<place + key, place + key..<place + key + value))
            place += key + value
        }
        return batch.isEmpty ? nil : batch.count
    }

    func timestampMs(_ index: Int) -> Int64? { nil }

    func record(_ index: Int) -> TopicRecord {
        TopicRecord(
            partition: Partition(0), offset: Offset(offset + Int64(index)),
            key: UnsafeRawBufferPointer(rebasing: buffer[batch[index].key]),
            value: UnsafeRawBufferPointer(rebasing: buffer[batch[index].value]))
    }

    func envelope(_ index: Int) -> Envelope { Envelope() }
    var progress: ReadProgress { ReadProgress(done: offset, total: offset) }
}
