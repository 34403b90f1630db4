import Inventory

extension StateRecord {
    static func write(_ chunk: MovementImages, into out: inout ByteWriter) {
        out.append("\"movements\",\"events\":[")
        var index = 0
        for bit in 0..<64 where chunk.known & (1 << UInt64(bit)) != 0 && index < chunk.images.count {
            if index > 0 { out.append(",") }
            write(chunk.images[index], id: chunk.number << 6 | Int64(bit), into: &out)
            index += 1
        }
        out.append("]")
    }

    private static func write(_ image: MovementImages.Image, id: Int64, into out: inout ByteWriter) {
        out.append("{\"event_id\":")
        out.append(id)
        if let slot = image.slot {
            out.append(",\"cell\":")
            out.append(UInt64(slot))
            out.append(",\"units\":")
            out.append(Int64(image.units))
            out.append(",\"event_time\":\"")
            RFC3339.write(image.time, into: &out)
            out.append("\"")
        } else {
            out.append(",\"deleted\":true")
        }
        write(image.version, into: &out)
        out.append("}")
    }

    static func write(_ summary: MovementLogSummary, into out: inout ByteWriter) {
        out.append("\"movement_log\",\"partition\":")
        out.append(Int64(summary.partition.rawValue))
        out.append(",\"input_offset\":")
        out.append(summary.offset.rawValue)
        out.append(",\"events\":")
        out.append(summary.count)
        if let sum = summary.digest { digest(sum, into: &out) }
        if let version = summary.truncated {
            out.append(",\"truncated\":true")
            write(version, into: &out)
        }
    }

    /// The position is 64 bits, more than JSON's readers keep of a number.
    private static func write(_ version: RowVersion, into out: inout ByteWriter) {
        out.append(",\"version\":\"")
        out.append(utf8: String(version.position, radix: 16))
        out.append("\",\"source_seconds\":")
        out.append(UInt64(version.seconds))
    }
}
