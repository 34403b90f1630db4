import Inventory
import Logging
import Synchronization
import Wire

extension Telemetry {
    func waitsForReference() { update { $0.status = "reading reference topics" } }

    func referenceRead(_ kind: ReferenceKind, rows: Int) {
        logger.info("reference topic of \(kind.name) read", metadata: ["rows": "\(rows)"])
    }

    func referenceStartsOver(_ kind: ReferenceKind, _ message: String) {
        logger.warning("reference topic of \(kind.name) is read again from its beginning: \(message)")
    }

    /// Messages of a reference topic that hold no row. Tombstones are deletes there, or repeat one.
    func skipped(_ counts: [SkipReason: Int]) {
        guard !counts.isEmpty else { return }
        update {
            for (reason, count) in counts where reason != .tombstone {
                $0.skipped[reason.rawValue, default: 0] += count
            }
        }
    }

    /// A record of a reference topic that is no row; the row there was before stays.
    func refused(_ error: BadEvent, of kind: ReferenceKind, at source: Source) {
        update { $0.badByReason[error.reason.rawValue, default: 0] += 1 }
        let logged = memory.withLock { memory in
            memory.badLogged += 1
            return memory.badLogged
        }
        guard logged <= 10 || logged.nonzeroBitCount == 1 else { return }
        logger.warning(
            "reference row of \(kind.name) refused, the one before stays: \(error.message)",
            metadata: [
                "reason": .string(error.reason.rawValue), "partition": "\(source.partition.rawValue)",
                "offset": "\(source.offset.rawValue)", "refused_so_far": "\(logged)",
            ])
    }
}
