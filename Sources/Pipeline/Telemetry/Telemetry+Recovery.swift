import Inventory
import Wire

extension Telemetry {
    func beginningIsGone(_ partition: Partition, missing: Int64) {
        logger.warning(
            """
            first start, but the oldest records of the log are deleted; stock starts at 0 with the first one left
            """,
            metadata: ["partition": "\(partition.rawValue)", "missing_offsets": "\(missing)"])
    }

    func groupOffsetIsGone(_ partition: Partition, using offset: Offset) {
        logger.notice(
            """
            the consumer group has no committed offset (Kafka lets them expire); going on from the state \
            topic's offset
            """,
            metadata: ["partition": "\(partition.rawValue)", "offset": "\(offset.rawValue)"])
    }

    func acceptedDataLoss(_ partition: Partition, _ missing: Range<Offset>) {
        logger.warning(
            "data loss accepted: the log does not hold these offsets; going on without them",
            metadata: [
                "partition": "\(partition.rawValue)", "first_missing": "\(missing.lowerBound.rawValue)",
                "missing_offsets": "\(missing.upperBound.rawValue - missing.lowerBound.rawValue)",
            ])
    }

    func outdated(_ message: String) { logger.warning("the state is read again: \(message)") }

    func acceptedRecreatedTopic(_ partition: Partition, from first: Offset) {
        logger.warning(
            """
            data loss accepted: the input topic was deleted and recreated; the stock is kept, and every \
            event of the new topic is counted
            """,
            metadata: ["partition": "\(partition.rawValue)", "from": "\(first.rawValue)"])
    }

    func rebuildDiffers(_ pair: Pair, before: StoredEntry?, after: StoredEntry?) {
        func text<T>(_ value: (StoredEntry) -> T) -> String {
            let (before, after) = (before.map { "\(value($0))" }, after.map { "\(value($0))" })
            return "\(before ?? "none") → \(after ?? "none")"
        }
        logger.warning(
            "rebuild: the stored state differed from the log",
            metadata: [
                "product_id": .string(ids.string(pair.product)),
                "warehouse_id": .string(ids.string(pair.warehouse)),
                "stock": .string(text(\.stock)),
                "last_updated": .string(text { RFC3339.string($0.lastUpdated) }),
                "events": .string(text(\.events)),
            ])
    }

    func rebuilt(_ partitions: [Partition], pairs: Int, differed: Int, shown: Int) {
        logger.notice(
            "rebuild: the stored stock was compared with the log",
            metadata: [
                "pairs": "\(pairs)", "differed": "\(differed)", "logged": "\(shown)",
                "partitions": .string(Self.list(partitions)),
            ])
    }
}
