import Inventory
import Wire

/// A rejected record of a reference topic, kept until it is in the dead letters.
struct RejectedRow {
    let kind: ReferenceKind
    let deadLetter: KeptDeadLetter

    init(_ record: TopicRecord, _ envelope: Envelope, _ kind: ReferenceKind, _ error: BadEvent) {
        self.kind = kind
        deadLetter = KeptDeadLetter(record, envelope, error)
    }

    var partition: Partition { deadLetter.source.partition }
    var offset: Offset { deadLetter.source.offset }
}

/// A copy of a rejected record, until it is in the dead letters.
struct KeptDeadLetter {
    let source: Source
    let error: BadEvent
    private let key: [UInt8]?
    private let value: [UInt8]?
    private let envelope: Envelope

    init(_ record: TopicRecord, _ envelope: Envelope, _ error: BadEvent) {
        source = Source(partition: record.partition, offset: record.offset)
        self.error = error
        key = record.key.map { Array($0) }
        value = record.value.map { Array($0) }
        self.envelope = envelope
    }

    var byteCount: Int { (key?.count ?? 0) + (value?.count ?? 0) }

    /// The dead letter without its reason.
    func withMessage(_ body: (OutgoingMessage) throws(SessionFailure) -> Void) throws(SessionFailure) {
        var failure: SessionFailure?
        (key ?? []).withUnsafeBytes { keyBytes in
            (value ?? []).withUnsafeBytes { valueBytes in
                let message = OutgoingMessage(
                    topic: .deadLetters, key: key == nil ? nil : keyBytes,
                    value: value == nil ? nil : valueBytes, envelope: envelope)
                do throws(SessionFailure) { try body(message) } catch { failure = error }
            }
        }
        if let failure { throw failure }
    }
}

/// Offsets by table and partition; where there is none, 0.
struct ReferenceOffsets: Equatable {
    private var offsets: [ReferenceKind: [Partition: Offset]] = [:]

    subscript(kind: ReferenceKind, partition: Partition) -> Offset {
        get { offsets[kind]?[partition] ?? Offset(0) }
        set { offsets[kind, default: [:]][partition] = newValue }
    }

    var all: [(ReferenceKind, Partition, Offset)] {
        offsets.flatMap { kind, partitions in partitions.map { (kind, $0.key, $0.value) } }
    }

    mutating func raise(_ kind: ReferenceKind, _ partition: Partition, to offset: Offset) {
        self[kind, partition] = max(self[kind, partition], offset)
    }

    /// Whether a table has an offset beyond another's.
    func isBeyond(_ other: ReferenceOffsets, _ kind: ReferenceKind) -> Bool {
        (offsets[kind] ?? [:]).contains { $0.value > other[kind, $0.key] }
    }
}
