import CRDKafka

extension Fetcher {
    /// Adds a record to the batch, or notes what a message without a record says.
    func accept(_ message: UnsafeMutablePointer<rd_kafka_message_t>) {
        if message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR {
            note(message)
            rd_kafka_message_destroy(message)
            return
        }
        let partition = message.pointee.partition
        if partition != run.partition {
            settlePosition()
            run = PartitionOffset(partition, positions[partition] ?? 0)
        }
        // Drops what was passed before, whatever made librdkafka fetch it again.
        if message.pointee.offset < run.offset {
            repeated += 1
            rd_kafka_message_destroy(message)
            return
        }
        messages[held] = message
        held += 1
        batch.append(message)
        run.offset = message.pointee.offset + 1
    }

    /// Records come in runs of one partition, so the dictionary is touched once a run.
    func settlePosition() {
        if run.partition >= 0 { positions[run.partition] = run.offset }
        run.partition = -1
    }

    func reportRepeated() {
        if repeated == 0 { return }
        client.context.settings.logger.warning(
            "records that were read before came again; they are ignored",
            metadata: ["topic": "\(topic)", "records": "\(repeated)"])
        repeated = 0
    }

    private func note(_ message: UnsafeMutablePointer<rd_kafka_message_t>) {
        let code = message.pointee.err
        let partition = message.pointee.partition
        let offset = message.pointee.offset
        let text = rd_kafka_message_errstr(message).map { String(cString: $0) } ?? ""
        switch code {
        case RD_KAFKA_RESP_ERR__PARTITION_EOF:
            client.context.connection.up()
            settlePosition()
            positions[partition] = max(positions[partition] ?? 0, offset)
        case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
            // This error carries no version, so one of an earlier assignment may still be in the queue.
            guard starts[partition] != nil else { return }
            problems.append(
                .outOfRange(OffsetOutOfRange(topic: topic, partition: partition, offset: offset, reason: text)))
        case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED:
            // A lost assignment follows as a rebalance, which says what has to be done.
            client.context.settings.logger.warning("\(text)")
        default:
            problems.append(.error(KafkaError(code, message: text, on: client.handle)))
        }
    }
}
