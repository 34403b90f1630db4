import Foundation
import Pipeline
import Wire

/// A record of the redriven topic: that an event was redriven, and when.
///
/// Its key is the event's partition, offset and time in the input: an event goes back once, whatever dead letters it
/// has. The time is part of it because a topic that was deleted and recreated counts its offsets from 0.
struct RedriveRecord: Codable, Equatable {
    /// RFC 3339 in UTC.
    var redrivenAt: String
    /// The dead letter that was used.
    var deadLetter: String
    /// 1, and more after `--again`.
    var times: Int

    /// Nil for a dead letter that is not stockd's.
    static func key(of deadLetter: DeadLetter) -> String? {
        guard let source = deadLetter.source else { return nil }
        var key = ByteWriter(capacity: 128)
        key.append("{\"topic\":")
        key.append(jsonString: source.topic)
        key.append(
            utf8: ",\"partition\":\(source.partition),\"offset\":\(source.offset),"
                + "\"timestamp_ms\":\(deadLetter.timestampMs)}")
        return String(decoding: key.bytes, as: UTF8.self)
    }

    var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Text and integers cannot fail to encode.
        return (try? encoder.encode(self)).map { Array($0) } ?? []
    }
}

/// Everything that was redriven so far.
struct RedriveRecords {
    private var byKey: [String: RedriveRecord] = [:]

    /// Reads the topic; one that does not exist holds nothing.
    init(_ scan: TopicScan) throws(StopReason) {
        guard let ranges = try scan.bounds() else { return }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var found: [String: RedriveRecord] = [:]
        try scan.forEach(in: ranges) { (record) throws(StopReason) in
            let key = record.key.map { String(decoding: $0, as: UTF8.self) }
            // An operator wants the record forgotten.
            if let key, record.value == nil { return found[key] = nil }
            let redriven = record.value.flatMap { try? decoder.decode(RedriveRecord.self, from: Data($0)) }
            guard let key, let redriven else {
                throw StopReason(
                    .configuration,
                    "\(scan.topic)[\(record.partition)]@\(record.offset) is not a redrive record: another program "
                        + "writes to the topic; set dead_letters.redriven_topic to a topic of stockd's own")
            }
            found[key] = redriven
        }
        byKey = found
    }

    subscript(deadLetter: DeadLetter) -> RedriveRecord? {
        get { RedriveRecord.key(of: deadLetter).flatMap { byKey[$0] } }
        set {
            guard let key = RedriveRecord.key(of: deadLetter) else { return }
            byKey[key] = newValue
        }
    }
}
