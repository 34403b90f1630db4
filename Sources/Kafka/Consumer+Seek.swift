import CRDKafka
import Glibc

extension Consumer {
    /// Moves partitions that are being fetched, and waits until librdkafka has done so.
    ///
    /// A seek raises the partition's version before it returns, which outdates everything fetched before. It
    /// fails while the partition has not been started yet after an assignment, so it is repeated.
    func seek(_ offsets: [PartitionOffset]) throws(KafkaError) {
        let deadline = Deadline(afterMs: Self.seekLimitMs)
        var waiting = offsets
        while !waiting.isEmpty {
            waiting = try trySeek(waiting)
            if waiting.isEmpty { return }
            if deadline.hasPassed {
                let partitions = waiting.map(\.partition)
                throw .own(
                    RD_KAFKA_RESP_ERR__STATE,
                    "cannot seek in partitions \(partitions) of \(settings.topic): they are not being fetched"
                )
            }
            usleep(1000)
        }
    }

    private static let seekLimitMs: Int32 = 5000
    private static let attemptMs: Int32 = 1000

    /// librdkafka before 2.1.0 takes this call's milliseconds for microseconds.
    private static let attemptTimeout: Int32 = rd_kafka_version() < 0x0201_0000 ? attemptMs * 1000 : attemptMs

    /// - Returns: the offsets that have to be tried again.
    private func trySeek(_ offsets: [PartitionOffset]) throws(KafkaError) -> [PartitionOffset] {
        let (error, elements) = OffsetList.with(offsets, topic: settings.topic) { list in
            let error = KafkaError.taking(
                rd_kafka_seek_partitions(client.handle, list, Self.attemptTimeout), on: client.handle)
            return (error, OffsetList.read(list, topic: settings.topic))
        }
        if let error, !error.isTimedOut { throw error }
        var again: [PartitionOffset] = []
        for element in elements where element.error != RD_KAFKA_RESP_ERR_NO_ERROR {
            guard Self.isPassing(element.error) else { throw KafkaError(element.error, on: client.handle) }
            again.append(PartitionOffset(element.partition, element.offset))
        }
        return again
    }

    private static func isPassing(_ code: rd_kafka_resp_err_t) -> Bool {
        switch code {
        case RD_KAFKA_RESP_ERR__STATE, RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS, RD_KAFKA_RESP_ERR__IN_PROGRESS,
            RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, RD_KAFKA_RESP_ERR__OUTDATED:
            true
        default: false
        }
    }
}
