public import Inventory

extension StateRecord {
    /// Where a record lies in the state topic.
    public struct Place: Equatable, Sendable {
        public var partition: Partition
        public var offset: Offset

        public init(_ partition: Partition, _ offset: Offset) {
            self.partition = partition
            self.offset = offset
        }
    }

    /// The record and its place as one JSON object on one line, for people and their tools.
    public func writeJSON(at place: Place, into out: inout ByteWriter) {
        Self.open(place, into: &out)
        switch self {
        case .cells(let bucket, let cells, _):
            out.append("\"cells\",\"bucket\":")
            out.append(UInt64(bucket))
            out.append(",\"cells\":[")
            for (index, cell) in cells.enumerated() {
                if index > 0 { out.append(",") }
                Self.write(cell, into: &out)
            }
            out.append("]")
        case .seen(let partition, let place, let chunk, _):
            out.append("\"seen\"")
            Self.field(",\"partition\":", Int64(partition.rawValue), into: &out)
            Self.field(",\"place\":", Int64(place), into: &out)
            Self.write(chunk, into: &out)
        case .barrier(let barrier): Self.write(barrier, into: &out)
        case .position(let partition, let offset):
            out.append("\"position\"")
            Self.field(",\"partition\":", Int64(partition.rawValue), into: &out)
            Self.field(",\"input_offset\":", offset.rawValue, into: &out)
        case .alert(let pair, let entry):
            out.append("\"alert\"")
            Self.write(pair, entry, into: &out)
        case .stockFingerprint(let pair, let print):
            out.append("\"published_stock\"")
            Self.write(pair, into: &out)
            Self.digest(print, into: &out)
        case .rollupFingerprint(let product, let print):
            out.append("\"published_rollup\"")
            Self.field(",\"product_id\":", Int64(product.rawValue), into: &out)
            Self.digest(print, into: &out)
        case .movements(let chunk, _): Self.write(chunk, into: &out)
        case .movementLog(let summary): Self.write(summary, into: &out)
        case .referenceRefused(let table, let partition, let offset):
            out.append("\"reference_refused\",\"table\":")
            out.append(jsonString: table.name)
            Self.field(",\"partition\":", Int64(partition.rawValue), into: &out)
            Self.field(",\"offset\":", offset.rawValue, into: &out)
        case .intent(let intent): Self.write(intent, into: &out)
        }
        if let stamp {
            Self.field(",\"generation\":", Int64(clamping: stamp.generation), into: &out)
            Self.field(",\"slot\":", Int64(stamp.slot), into: &out)
        }
        out.append("}\n")
    }

    /// The line of a record that was deleted: its key, in hexadecimal.
    public static func writeDeletedJSON(
        key: UnsafeRawBufferPointer?, at place: Place, into out: inout ByteWriter
    ) {
        open(place, into: &out)
        out.append("\"deleted\",\"key\":\"")
        for byte in key ?? UnsafeRawBufferPointer(start: nil, count: 0) {
            let text = String(byte, radix: 16)
            out.append(utf8: text.utf8.count == 1 ? "0" + text : text)
        }
        out.append("\"}\n")
    }

    private static func open(_ place: Place, into out: inout ByteWriter) {
        field("{\"state_partition\":", Int64(place.partition.rawValue), into: &out)
        field(",\"offset\":", place.offset.rawValue, into: &out)
        out.append(",\"record\":")
    }

    static func field(_ name: StaticString, _ value: Int64, into out: inout ByteWriter) {
        out.append(name)
        out.append(value)
    }

    /// Digests are 64 bits, more than JSON's readers keep of a number.
    static func digest(_ value: UInt64, into out: inout ByteWriter) {
        out.append(",\"digest\":\"")
        out.append(utf8: String(value, radix: 16))
        out.append("\"")
    }

    private static func instant(
        _ name: StaticString, _ value: Timestamp?, into out: inout ByteWriter
    ) {
        out.append(name)
        guard let value else { return out.append("null") }
        out.append("\"")
        RFC3339.write(value, into: &out)
        out.append("\"")
    }

    static func write(_ pair: Pair, into out: inout ByteWriter) {
        field(",\"product_id\":", Int64(pair.product.rawValue), into: &out)
        field(",\"warehouse_id\":", Int64(pair.warehouse.rawValue), into: &out)
    }

    private static func write(_ cell: CellImage, into out: inout ByteWriter) {
        field("{\"product_id\":", Int64(cell.pair.product.rawValue), into: &out)
        field(",\"warehouse_id\":", Int64(cell.pair.warehouse.rawValue), into: &out)
        field(",\"stock\":", cell.stock, into: &out)
        instant(",\"last_updated\":", cell.events == 0 ? nil : cell.lastUpdated, into: &out)
        field(",\"events\":", Int64(cell.events), into: &out)
        out.append("}")
    }

    /// The ids as ranges, both ends included.
    private static func write(_ chunk: SeenChunk, into out: inout ByteWriter) {
        out.append(",\"ids\":[")
        let first = chunk.number << 12
        var begin: Int64?
        var isFirst = true
        func close(_ end: Int64, _ out: inout ByteWriter) {
            guard let from = begin else { return }
            field(isFirst ? "[" : ",[", from, into: &out)
            field(",", end, into: &out)
            out.append("]")
            isFirst = false
            begin = nil
        }
        for bit in 0..<chunk.words.count * 64 {
            let isSeen = chunk.words[bit >> 6] & (1 << UInt64(bit & 63)) != 0
            if isSeen, begin == nil { begin = first + Int64(bit) }
            if !isSeen { close(first + Int64(bit) - 1, &out) }
        }
        close(first + Int64(chunk.words.count * 64) - 1, &out)
        out.append("]")
    }

    private static func write(_ barrier: Barrier, into out: inout ByteWriter) {
        out.append("\"barrier\"")
        field(",\"partition\":", Int64(barrier.partition.rawValue), into: &out)
        field(",\"base\":", barrier.base.rawValue, into: &out)
        field(",\"input_offset\":", barrier.offset.rawValue, into: &out)
        out.append(",\"highest_event_id\":")
        if let highest = barrier.highestID { out.append(highest) } else { out.append("null") }
        field(",\"cells\":", Int64(barrier.cellCount), into: &out)
        field(",\"seen_chunks\":", Int64(barrier.seenChunkCount), into: &out)
        field(",\"alerts\":", Int64(barrier.alertCount), into: &out)
        field(",\"barriers\":", Int64(barrier.laneCount), into: &out)
        digest(barrier.digest, into: &out)
        out.append(",\"settings\":")
        out.append(jsonString: barrier.settings)
        out.append(",\"release\":")
        out.append(jsonString: barrier.release)
    }

    static func write(_ pair: Pair, _ entry: LedgerEntry, into out: inout ByteWriter) {
        write(pair, into: &out)
        out.append(",\"alert_severity\":")
        if let severity = entry.severity {
            out.append(jsonString: severity.name)
        } else {
            out.append("null")
        }
        field(",\"incident\":", Int64(entry.incident), into: &out)
        instant(",\"since\":", entry.incident == 0 ? nil : entry.since, into: &out)
        digest(entry.fingerprint, into: &out)
    }
}
