import Inventory
import Wire

extension Worker {
    /// Sends a bad event to the dead letters within the open transaction, or logs it where there are none.
    func refuse(_ record: LogRecord, _ index: Int, _ error: BadEvent) throws(LogFailure) {
        telemetry.refused(error, at: Source(partition: record.partition, offset: record.offset))
        guard settings.hasDeadLetterTopic else { return }
        try openTransaction()
        var envelope = log.envelope(index)
        for (name, value) in [
            ("topic", settings.inputTopic),
            ("partition", String(record.partition.rawValue)),
            ("offset", String(record.offset.rawValue)),
            ("reason", error.reason.rawValue),
            ("message", error.message),
        ] {
            envelope.headers.append((name: "__stockd.errors.\(name)", value: Array(value.utf8)))
        }
        var value = record.value
        if let bytes = value, bytes.count > deadLetterValueLimit {
            // The dead-letter topic refused it once: better the reason and the key than no progress.
            envelope.headers.append(
                (name: "__stockd.errors.value_omitted_bytes", value: Array(String(bytes.count).utf8)))
            value = nil
        }
        try log.send(
            OutgoingMessage(topic: .deadLetters, key: record.key, value: value, envelope: envelope))
        transaction.sent += 1
        transaction.deadLetters += 1
    }
}
