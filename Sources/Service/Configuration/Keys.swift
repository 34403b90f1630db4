internal import Kafka
internal import Pipeline

/// The table of keys, as the sections declare them (`commit.interval` in `Keys/Commit.swift`). Parsing, the names of
/// variables, the check for unknown keys and the shipped file's comments all come from it.
enum Keys {
    /// In the order of the shipped file.
    static let all: [KeyEntry] = declarations.keys

    static let byName: [String: KeyEntry] = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }

    /// What to do about a key that was removed, or its variable.
    static let retired = Dictionary(
        uniqueKeysWithValues: ["delivery", "STOCKD_DELIVERY"].map {
            ($0, "exactly once is the only way stockd delivers; remove this setting")
        })

    /// The names that hold other names: `kafka`, `reference`, `reference.products`.
    static let sections: Set<String> = Set(
        all.flatMap { entry in
            (1..<entry.path.count).map { entry.path.prefix($0).joined(separator: ".") }
        })

    /// What each section is for, over its first key in the shipped file.
    static let sectionDocumentation: [String: String] = declarations.sections

    /// A reading without a source, which only collects the declarations.
    private static let declarations: (keys: [KeyEntry], sections: [String: String]) = {
        var reading = Reading()
        _ = Configuration(&reading)
        return (reading.settings.map(\.key), reading.sections)
    }()

    // The defaults that the pipeline and the Kafka clients have by themselves.
    static let pipeline = PipelineSettings()
    static let consumer = ConsumerSettings(groupID: "", topic: "")
    static let producer = ProducerSettings(transactionalID: nil)
}
