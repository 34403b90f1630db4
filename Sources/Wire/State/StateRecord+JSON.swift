public import Inventory

extension StateRecord {
    /// A record's partition and offset in the state topic.
    public struct Location: Equatable, Sendable {
        public var partition: Partition
        public var offset: Offset

        public init(_ partition: Partition, _ offset: Offset) {
            self.partition = partition
            self.offset = offset
        }
    }

    /// The record and its location as one JSON object on one line, for people and their tools.
    public func writeJSON(at location: Location, _ ids: IDs = .integers, into out: inout ByteWriter) {
        var row = Self.open(location, into: &out)
        switch self {
        case .entries(let bucket, let entries):
            row.word("record", "stock_entries", &out)
            row.number("bucket", Int64(bucket), &out)
            row.list("entries", entries, &out) { entry, out in entry.writeJSON(ids, into: &out) }
        case .ids(let partition, let bucket):
            row.word("record", "event_ids", &out)
            row.number("partition", partition.rawValue, &out)
            row.number("set", bucket.set, &out)
            row.number("bucket", Int64(bucket.bucket), &out)
            let texts = bucket.texts
            let integers = (bucket.ids + bucket.chunks.flatMap(\.ids)).sorted()
            row.list("ids", texts + integers.map { EventID($0) }, &out) { $0.writeJSON(into: &$1) }
        case .movements(let images):
            row.word("record", "movements", &out)
            let known = (0..<64).filter { images.known & 1 << UInt64($0) != 0 }.map { images.block.id($0) }
            row.list("events", Array(zip(known, images.images)), &out) { event, out in
                event.1.writeJSON(id: event.0, into: &out)
            }
        case .checkpoint(let record):
            row.word("record", "checkpoint", &out)
            row.checkpoint(record, &out)
        case .position(let partition, let offset):
            row.word("record", "position", &out)
            row.number("partition", partition.rawValue, &out)
            row.number("input_offset", offset.rawValue, &out)
        case .alert(let pair, let alert):
            row.word("record", "published_alert", &out)
            row.pair(pair, ids, &out)
            row.string("level", alert.level?.name, &out)
            row.number("incident", Int64(alert.incident), &out)
            row.instant("since", alert.incident == 0 ? nil : alert.since, &out)
            row.number("oversold_units", alert.oversoldUnits, &out)
            row.hexadecimal("fingerprint", alert.fingerprint, &out)
        case .stockFingerprint(let pair, let fingerprint):
            row.word("record", "published_stock", &out)
            row.pair(pair, ids, &out)
            row.hexadecimal("fingerprint", fingerprint, &out)
        case .rollupFingerprint(let product, let fingerprint):
            row.word("record", "published_rollup", &out)
            row.id(product, ids, &out)
            row.hexadecimal("fingerprint", fingerprint, &out)
        case .referenceRejected(let table, let partition, let offset):
            row.word("record", "reference_rejected", &out)
            row.string("table", table.name, &out)
            row.number("partition", partition.rawValue, &out)
            row.number("offset", offset.rawValue, &out)
        case .former(_, let former):
            row.word("record", "former_ids", &out)
            if let former {
                row.id("product_id", former.product, &out)
                if let warehouse = former.warehouse { row.id("warehouse_id", warehouse, &out) }
            }
        }
        out.append("}\n")
    }

    /// The line of a record that was deleted: its key, in hexadecimal.
    public static func writeDeletedJSON(
        key: UnsafeRawBufferPointer?, at location: Location, into out: inout ByteWriter
    ) {
        var row = open(location, into: &out)
        row.word("record", "deleted", &out)
        let digits = (key.map { Array($0) } ?? []).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        row.string("key", digits.joined(), &out)
        out.append("}\n")
    }

    private static func open(_ location: Location, into out: inout ByteWriter) -> Row {
        var row = Row(.json)
        row.number("state_partition", location.partition.rawValue, &out)
        row.number("offset", location.offset.rawValue, &out)
        return row
    }
}

extension StoredEntry {
    fileprivate func writeJSON(_ ids: IDs, into out: inout ByteWriter) {
        var row = Row(.json)
        row.pair(pair, ids, &out)
        row.number("stock", stock, &out)
        row.instant("last_updated", events == 0 ? nil : lastUpdated, &out)
        row.number("events", Int64(events), &out)
        row.end(&out)
    }
}

extension IDChunk {
    fileprivate var ids: [Int64] {
        words.enumerated().flatMap { index, word in
            let first = (number * Int64(Self.wordCount) + Int64(index)) * 64
            return (0..<64).filter { word & 1 << UInt64($0) != 0 }.map { first + $0 }
        }
    }
}

extension EventID {
    /// The number, or the hash of a text in hexadecimal.
    fileprivate func writeJSON(into out: inout ByteWriter) {
        guard isText else { return out.append(rawValue) }
        func digits(_ word: UInt64) -> String {
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        out.append(jsonString: digits(high) + digits(UInt64(bitPattern: rawValue)))
    }
}

extension MovementImages.Image {
    fileprivate func writeJSON(id: EventID, into out: inout ByteWriter) {
        var row = Row(.json)
        row.begin("event_id", &out)
        id.writeJSON(into: &out)
        if let entry {
            row.number("entry", Int64(entry), &out)
            row.number("units", Int64(units), &out)
            row.instant("event_time", time, &out)
        } else {
            row.yes("deleted", &out)
        }
        row.version(version, &out)
        row.end(&out)
    }
}

extension Row {
    fileprivate mutating func checkpoint(_ record: CheckpointRecord, _ out: inout ByteWriter) {
        number("partition", record.partition.rawValue, &out)
        number("base", record.base.rawValue, &out)
        number("input_offset", record.offset.rawValue, &out)
        number("pairs", Int64(record.pairs), &out)
        number("published_alerts", Int64(record.publishedAlerts), &out)
        number("movements", record.movements, &out)
        if let truncated = record.truncated {
            yes("truncated", &out)
            version(truncated, &out)
        }
        number("id_set", record.dedupe.number, &out)
        number("remembered_ids", Int64(record.dedupe.currentCount + record.dedupe.previousCount), &out)
        string("settings", record.settings, &out)
        string("release", record.release, &out)
    }

    fileprivate mutating func version(_ version: RowVersion, _ out: inout ByteWriter) {
        hexadecimal("version", version.position, &out)
        number("source_seconds", Int64(version.seconds), &out)
    }

    fileprivate mutating func pair(_ pair: Pair, _ ids: IDs, _ out: inout ByteWriter) {
        id(pair.product, ids, &out)
        id(pair.warehouse, ids, &out)
    }

    fileprivate mutating func yes(_ column: StaticString, _ out: inout ByteWriter) {
        begin(column, &out)
        out.append("true")
    }

    fileprivate mutating func string(_ column: StaticString, _ value: String?, _ out: inout ByteWriter) {
        guard let value else { return null(column, &out) }
        begin(column, &out)
        out.append(jsonString: value)
    }

    /// As a text: JSON's readers keep fewer than 64 bits of a number.
    fileprivate mutating func hexadecimal(_ column: StaticString, _ value: UInt64, _ out: inout ByteWriter) {
        string(column, String(value, radix: 16), &out)
    }

    fileprivate mutating func instant(_ column: StaticString, _ value: Timestamp?, _ out: inout ByteWriter) {
        guard let value else { return null(column, &out) }
        instant(column, value, &out)
    }

    fileprivate mutating func list<Element>(
        _ column: StaticString, _ elements: [Element], _ out: inout ByteWriter,
        _ write: (Element, inout ByteWriter) -> Void
    ) {
        begin(column, &out)
        out.append("[")
        for (index, element) in elements.enumerated() {
            if index > 0 { out.append(",") }
            write(element, &out)
        }
        out.append("]")
    }
}
