internal import Foundation

/// The last failure of each receiver in the state topic, for `stockd notify list`: one record a receiver, in the first
/// partition that this member has.
struct FailureRecords {
    struct Value: Codable, Equatable {
        var failure: String
        /// Milliseconds since the epoch.
        var at: Int64
    }

    private var stored: [String: (kind: Failure.Class?, partitions: Set<Int32>)] = [:]
    private var changes: [(key: Data, partition: Int32, value: Data?)] = []

    var isEmpty: Bool { changes.isEmpty }

    static func key(_ receiver: String) -> Data { Data(#"{"receiver":"\#(receiver)"}"#.utf8) }

    /// The receiver that a record is of; nil for a pair's record.
    static func receiver(_ key: Data) -> String? {
        let text = String(decoding: key, as: UTF8.self)
        guard text.hasPrefix(#"{"receiver":""#), text.hasSuffix(#""}"#) else { return nil }
        return String(text.dropFirst(13).dropLast(2))
    }

    mutating func restore(_ receiver: String, partition: Int32, isThere: Bool) {
        if isThere {
            stored[receiver, default: (nil, [])].partitions.insert(partition)
        } else {
            stored[receiver]?.partitions.remove(partition)
        }
    }

    /// - Parameter partition: where a new record goes.
    mutating func note(_ failure: Failure?, _ receiver: String, partition: Int32, at now: Int64) {
        guard let failure else {
            for partition in stored.removeValue(forKey: receiver)?.partitions ?? [] {
                changes.append((Self.key(receiver), partition, nil))
            }
            return
        }
        guard stored[receiver]?.kind != failure.kind || stored[receiver]?.partitions.isEmpty ?? true else { return }
        stored[receiver, default: (nil, [])].partitions.insert(partition)
        stored[receiver]?.kind = failure.kind
        let value = try? JSONEncoder().encode(Value(failure: failure.message, at: now))
        changes.append((Self.key(receiver), partition, value))
    }

    /// Takes back records that were not committed.
    mutating func putBack(_ records: [(key: Data, partition: Int32, value: Data?)]) { changes = records + changes }

    mutating func takeRecords() -> [(key: Data, partition: Int32, value: Data?)] {
        defer { changes = [] }
        return changes
    }
}
