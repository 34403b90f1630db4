import Foundation
import Pipeline
import Wire

/// A record of the replayed topic: this event was put back, then.
///
/// Its key is the event's place in the input: an event goes back once, whatever letters it has. The timestamp is
/// part of it because a topic that was deleted and made again counts its offsets from 0.
struct ReplayMark: Codable, Equatable {
    /// RFC 3339 in UTC.
    var replayedAt: String
    /// The letter that was used.
    var deadLetter: String
    /// 1, and more after `--again`.
    var times: Int

    /// Nil for a letter that is not stockd's.
    static func key(of letter: DeadLetter) -> String? {
        guard let source = letter.source else { return nil }
        var key = ByteWriter(capacity: 128)
        key.append("{\"topic\":")
        key.append(jsonString: source.topic)
        key.append(
            utf8: ",\"partition\":\(source.partition),\"offset\":\(source.offset),"
                + "\"timestamp_ms\":\(letter.timestampMs)}")
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

/// Everything that was put back so far.
struct ReplayMarks {
    private var byKey: [String: ReplayMark] = [:]

    /// Reads the topic; one that does not exist holds nothing.
    init(_ scan: TopicScan) throws(WorkerStop) {
        guard let ranges = try scan.bounds() else { return }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var found: [String: ReplayMark] = [:]
        try scan.forEach(in: ranges) { (record) throws(WorkerStop) in
            let key = record.key.map { String(decoding: $0, as: UTF8.self) }
            // An operator's way to have something forgotten.
            if let key, record.value == nil { return found[key] = nil }
            let mark = record.value.flatMap { try? decoder.decode(ReplayMark.self, from: Data($0)) }
            guard let key, let mark else {
                throw WorkerStop(
                    .configuration,
                    "\(scan.topic)[\(record.partition)]@\(record.offset) is not a mark of stockd's: another "
                        + "program writes to the topic; set dead_letters.replayed_topic to one of its own")
            }
            found[key] = mark
        }
        byKey = found
    }

    subscript(letter: DeadLetter) -> ReplayMark? {
        get { ReplayMark.key(of: letter).flatMap { byKey[$0] } }
        set {
            guard let key = ReplayMark.key(of: letter) else { return }
            byKey[key] = newValue
        }
    }
}
