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
            for (reason, count) in counts where reason != .tombstone { $0.input.skip(reason, times: count) }
        }
    }
}
