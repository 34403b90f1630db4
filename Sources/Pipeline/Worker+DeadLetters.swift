import Inventory
import Wire

extension Worker {
    /// Sends a bad event to the dead letters within the open transaction, or logs it where there are none.
    func refuse(_ record: LogRecord, _ index: Int, _ error: BadEvent) throws(LogFailure) {
        let source = Source(partition: record.partition, offset: record.offset)
        telemetry.refused(error, at: source)
        guard settings.hasDeadLetterTopic else { return }
        try openTransaction()
        try sendDeadLetter(
            OutgoingMessage(
                topic: .deadLetters, key: record.key, value: record.value, envelope: log.envelope(index)),
            error, from: settings.inputTopic, source)
    }

    /// Sends what is no row of the reference topics, and how far they are in the dead letters then.
    /// - Returns: how many.
    func sendRefusedRows() throws(LogFailure) -> Int {
        guard let reference, !reference.refused.isEmpty, let route = route(of: Partition(0)) else { return 0 }
        try openTransaction()
        let rows = reference.refused
        var sent = ReferenceOffsets()
        for row in rows {
            try row.letter.withMessage { (message) throws(LogFailure) in
                try sendDeadLetter(
                    message, row.letter.error,
                    from: settings.referenceTopics[row.kind]?.name ?? row.kind.name,
                    Source(partition: row.partition, offset: row.offset))
            }
            sent.raise(row.kind, row.partition, to: row.offset.next)
        }
        for (kind, partition, offset) in sent.all {
            try remember(.referenceRefused(kind, partition, offset), of: shards[route.shard])
        }
        return rows.count
    }

    /// Sends what a rebuild from another topic refused, which nobody had read before.
    func sendKeptLetters(of shard: Shard) throws(LogFailure) {
        guard settings.hasDeadLetterTopic else { return }
        for letter in shard.unsentLetters {
            try letter.withMessage { (message) throws(LogFailure) in
                try sendDeadLetter(message, letter.error, from: settings.inputTopic, letter.source)
            }
        }
    }

    private func sendDeadLetter(
        _ letter: OutgoingMessage, _ error: BadEvent, from topic: String, _ source: Source
    ) throws(LogFailure) {
        var letter = letter
        var envelope = letter.envelope ?? Envelope()
        for (name, value) in [
            ("topic", topic),
            ("partition", String(source.partition.rawValue)),
            ("offset", String(source.offset.rawValue)),
            ("reason", error.reason.rawValue),
            ("message", error.message),
        ] {
            envelope.headers.append((name: "__stockd.errors.\(name)", value: Array(value.utf8)))
        }
        letter.envelope = envelope
        deadLetterForm.fit(&letter)
        // Counted first: a letter that is refused at once is the reason for it all the same.
        transaction.deadLetters += 1
        try log.send(letter)
        transaction.sent += 1
    }
}
