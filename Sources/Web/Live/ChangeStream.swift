import HummingbirdCore
import Inventory
import NIOCore
import Pipeline
import Wire

/// One reader of `/v1/changes`: it gets the changes it has not seen, as fast as its connection takes them.
///
/// Nothing is queued for it. One that falls behind the change log starts again with a snapshot; one that does not
/// read at all is cut off by the connection's time-out.
struct ChangeStream: Sendable {
    let store: ViewStore
    let hub: ChangeHub
    let reader: ReadThread
    let ids: IDs
    let wantsStock: Bool
    /// The number after which to go on; nil for a snapshot first.
    let resumesAfter: UInt64?

    private static let heartbeat = Duration.seconds(2)
    /// Under load stock changes all the time, and nobody needs it more often.
    private static let stockPause = Duration.milliseconds(500)
    private static let rowsAPart = 1_000

    /// The number in a `Last-Event-ID` of this process.
    static func number(_ lastEventID: String?, epoch: String) -> UInt64? {
        guard let parts = lastEventID?.split(separator: "-"), parts.count == 2, parts[0] == epoch else {
            return nil
        }
        return UInt64(parts[1])
    }

    func run(_ wakes: AsyncStream<Void>, _ writer: inout any ResponseBodyWriter) async throws {
        try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
        var number = resumesAfter
        var version: UInt64?
        var beatAt = ContinuousClock.now
        var stockAt = ContinuousClock.now
        var news = wakes.makeAsyncIterator()
        while !hub.isEnding {
            if let after = number, let blocks = store.blocks(after: after) {
                for block in blocks {
                    let bytes =
                        block.first > after
                        ? block.bytes { ServerSentEvent.changes($0, after: 0, epoch: hub.epoch, ids) }
                        : ServerSentEvent.changes(block, after: after, epoch: hub.epoch, ids)
                    try await writer.write(ByteBuffer(bytes: bytes))
                    number = block.last
                }
            } else if let table = try await reader.read({ AlertTable($0, $1) }) {
                try await write(table, &writer)
                number = table.through
            }
            if wantsStock, ContinuousClock.now >= stockAt {
                stockAt = .now + Self.stockPause
                version = try await writeStock(since: version, &writer)
            }
            if ContinuousClock.now >= beatAt {
                beatAt = .now + Self.heartbeat
                let bytes = try await reader.read { model, _ in ServerSentEvent.heartbeat(model.freshness) }
                try await writer.write(ByteBuffer(bytes: bytes))
            }
            if await news.next() == nil { break }
        }
        try await writer.finish(nil)
    }

    private func write(_ table: AlertTable, _ writer: inout any ResponseBodyWriter) async throws {
        let parts = max(1, (table.rows.count + Self.rowsAPart - 1) / Self.rowsAPart)
        for part in 0..<parts {
            let rows = table.rows.dropFirst(part * Self.rowsAPart).prefix(Self.rowsAPart)
            let id = part == parts - 1 ? "\(hub.epoch)-\(table.through)" : nil
            let bytes = ServerSentEvent.event("snapshot", id: id) { json in
                json.field("part", part + 1)
                json.field("parts", parts)
                json.freshness(table.freshness)
                json.offsets(table.freshness)
                json.array("rows", rows) { json, row in
                    json.value {
                        ViewRows.standing(
                            row.row, since: row.since, incident: row.incident, as: .json, ids, into: &$0)
                    }
                }
            }
            try await writer.write(ByteBuffer(bytes: bytes))
        }
    }

    /// - Returns: the version the reader now has.
    private func writeStock(since version: UInt64?, _ writer: inout any ResponseBodyWriter) async throws
        -> UInt64
    {
        let (newest, bytes) = try await reader.read { model, _ in
            (model.version, version.map { model.changes(after: $0) } ?? [])
        }
        if let bytes {
            if !bytes.isEmpty { try await writer.write(ByteBuffer(bytes: bytes)) }
        } else {
            let reload = ServerSentEvent.event("reload") { $0.field("version", newest) }
            try await writer.write(ByteBuffer(bytes: reload))
        }
        return newest
    }
}
