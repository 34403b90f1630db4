import Inventory
import Pipeline
import Wire

/// Writes server-sent events. JSON holds no line break, so each event's data is one line.
enum ServerSentEvent {
    static func write(
        _ name: StaticString, id: String? = nil, into out: inout ByteWriter,
        _ data: (inout ByteWriter) -> Void
    ) {
        if let id {
            out.append("id: ")
            out.append(utf8: id)
            out.append(byte: 0x0A)
        }
        out.append("event: ")
        out.append(name)
        out.append("\ndata: ")
        data(&out)
        out.append("\n\n")
    }

    /// A block's changes after a number, each with its own id.
    static func changes(
        _ block: ViewStore.Block, after number: UInt64, epoch: String, _ ids: IDs
    ) -> [UInt8] {
        var out = ByteWriter(capacity: 512 * block.changes.count)
        for (index, change) in block.changes.enumerated() {
            let own = block.first + UInt64(index)
            if own <= number { continue }
            write("change", id: "\(epoch)-\(own)", into: &out) {
                AlertEncoder.change(change, ids, into: &$0)
            }
        }
        return out.bytes
    }

    static func heartbeat(_ freshness: Freshness) -> [UInt8] {
        event("heartbeat") { $0.freshness(freshness) }
    }

    /// An event whose data is one object.
    static func event(_ name: StaticString, id: String? = nil, _ fields: (inout JSONWriter) -> Void)
        -> [UInt8]
    {
        var json = JSONWriter()
        json.object(fields)
        var out = ByteWriter(capacity: json.out.count + 64)
        write(name, id: id, into: &out) { out in json.out.withUnsafeBytes { out.append($0) } }
        return out.bytes
    }
}
