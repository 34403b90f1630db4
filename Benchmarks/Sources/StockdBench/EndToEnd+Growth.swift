import BenchmarkInput

extension EndToEnd {
    /// What exactly once from Kafka costs as pairs, partitions and skew grow: one run each, a topic each.
    func measureGrowth() throws {
        for pairs in [1_000, 10_000, 100_000, 1_000_000] where pairs <= events {
            try measure("\(Report.text(Double(pairs))) pairs", pairs: pairs)
        }
        // A partition of the embedded cluster holds 5 MB, too little for a quarter of the events.
        for partitions: Int32 in [1, 4, 16, 64] where embedded == nil || partitions >= 16 {
            try measure("\(partitions) partition\(partitions == 1 ? "" : "s")", partitions: partitions)
        }
        try measure("Zipf 1.1", skew: .zipf(exponent: 1.1))
        try measure("one hot pair", skew: .hot)
    }

    private func measure(
        _ name: String, pairs: Int = 100_000, partitions: Int32? = nil, skew: EventText.Skew = .uniform
    ) throws {
        let partitions = partitions ?? options.partitions
        let tag = "\(stem)-growth-\(name.filter { $0.isLetter || $0.isNumber })"
        let names = ["events", "state", "alerts", "dlq"].map { "\(tag)-\($0)" }
        try create(names, partitions: partitions)
        try Producing(client: client, topic: names[0], partitions: partitions, skew: skew)
            .send(events, pairs: pairs, alertEvery: options.alertEvery)
        var measurement = try child("exactly_once", names[0], events: events, pairs: pairs, tag)
        measurement.group = "growth, end to end"
        measurement.name = name
        report.add(measurement)
    }
}
