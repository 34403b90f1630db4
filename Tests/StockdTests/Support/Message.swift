import ClusterSupport
import Foundation
import Kafka
import Pipeline
import TestSupport

/// A record as a later consumer reads it.
struct Message {
    var partition: Int32
    var offset: Int64
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [Header]
    var timestampMs: Int64

    init(_ record: Record) {
        partition = record.partition
        offset = record.offset
        key = record.key.map { [UInt8]($0) }
        value = record.value.map { [UInt8]($0) }
        headers = record.headers
        timestampMs = record.timestampMs
    }

    var keyText: String { String(decoding: key ?? [], as: UTF8.self) }

    var fields: [String: Any] {
        get throws {
            let parsed = try value.map { try JSONSerialization.jsonObject(with: Data($0)) }
            return parsed as? [String: Any] ?? [:]
        }
    }
}

extension TestCluster {
    /// Every committed message of a topic that a filter lets through, partition by partition.
    func read(_ topic: String, _ admin: Admin, where isWanted: (Record) -> Bool = { _ in true }) throws
        -> [Message]
    {
        let count = Int32(try admin.describe([topic], timeoutMs: 10_000)[topic] ?? 0)
        var ends: [Int32: Int64] = [:]
        for partition in 0..<count {
            let high = try admin.watermarks(of: topic, partition, timeoutMs: 10_000).high
            if high > 0 { ends[partition] = high }
        }
        if ends.isEmpty { return [] }
        let reader = try PartitionReader(
            client(), topic: topic, from: ends.keys.sorted().map { .beginning($0) }, upTo: ends)
        defer { reader.close(deadlineMs: 2_000) }
        var messages: [Message] = []
        let deadline = Date(timeIntervalSinceNow: 30)
        while !reader.isAtEnd {
            if Date() > deadline { throw Failure("\(topic) cannot be read: \(reader.remaining) is missing") }
            guard case .records = try reader.poll(maxRecords: 10_000, waitMs: 100) else { continue }
            messages += reader.batch.records.filter(isWanted).map { Message($0) }
        }
        return messages.sorted { ($0.partition, $0.offset) < ($1.partition, $1.offset) }
    }
}

extension Rig {
    func read(_ topic: Topic) throws -> [Message] { try cluster.read(self.topic(topic), admin) }

    func alertBook() throws -> AlertBook {
        var book = AlertBook()
        for message in try read(.alerts) { try book.apply(message) }
        return book
    }
}
