import Pipeline

extension PipelineSettings {
    /// A random configuration, with limits so small that histories reach them.
    static func simulated(_ random: inout SplitMix64) -> PipelineSettings {
        var settings = PipelineSettings()
        settings.keyedBy = random.happens(500) ? .product : .none
        settings.checkpointIntervalMs = Int64(random.pick([0, 0, 100, 2_000, 1_000_000]))
        settings.maxBatchEvents = random.pick([1, 3, 10, 1_000])
        settings.commitIntervalMs = Int64(random.pick([0, 5, 50, 500]))
        // Many transactions of few events.
        settings.gatheringPerWait = 4
        settings.dedupeWindow = random.pick([0, 1, 5, 20, 20, 100_000])
        settings.unknownType = random.happens(300) ? .deadLetter : .ignore
        settings.alertFormat = random.happens(250) ? .upsert : .changes
        settings.outputs.emit = random.happens(300) ? .row : .severity
        settings.outputs.stockLevels = random.happens(300)
        settings.outputs.rollup = random.happens(300)
        if settings.keyedBy == .none, random.happens(500) {
            settings.onTruncate = random.happens(500) ? .apply : .refuse
            settings.inputFormat.envelope =
                settings.onTruncate == .apply && random.happens(500) ? .auto : .debezium
        } else {
            settings.inputFormat.envelope = random.happens(500) ? .json : .auto
        }
        if random.happens(400) { settings.referenceTopics[.products] = ReferenceTopic(name: "products") }
        if random.happens(250) { settings.referenceTopics[.warehouses] = ReferenceTopic(name: "warehouses") }
        if random.happens(250) { settings.referenceTopics[.thresholds] = ReferenceTopic(name: "thresholds") }
        return settings
    }

    /// A history of captured rows; with `auto`, truncations distinguish it from one of plain events.
    var simulatesRows: Bool { inputFormat.envelope == .debezium || onTruncate == .apply }
}
