internal import Kafka
internal import Pipeline

/// The table of keys, as the sections declare them (`commit.interval` in `Keys/Commit.swift`). Parsing, the names of
/// variables, the check for unknown keys and the shipped file's comments all come from it.
enum Keys {
    /// In the order of the shipped file.
    static let all: [KeyEntry] = declarations.keys

    private static let byName: [String: KeyEntry] = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }

    /// Those of a receiver called `NAME`.
    static let receiver: [KeyEntry] = {
        var reading = Reading()
        _ = Configuration.ReceiverSettings(receiverName, &reading)
        return reading.settings.map(\.key)
    }()

    /// The section that holds the receivers, by their names.
    static let receivers = "notify.receivers"
    /// Stands for a receiver's name.
    static let receiverName = "NAME"

    /// The keys of a receiver.
    static func ofReceiver(_ name: String) -> [KeyEntry] {
        receiver.map { $0.renamed($0.name.replacing(".\(receiverName).", with: ".\(name).")) }
    }

    /// All keys of a configuration with these receivers.
    static func all(receivers: [String]) -> [KeyEntry] { all + receivers.flatMap(ofReceiver) }

    /// The key of a name, of a receiver's, too.
    static func named(_ name: String) -> KeyEntry? {
        if let key = byName[name] { return key }
        guard let receiver = receiverName(in: name) else { return nil }
        return ofReceiver(receiver).first { $0.name == name }
    }

    /// The receiver that a key is of.
    static func receiverName(in key: String) -> String? {
        guard key.hasPrefix(receivers + ".") else { return nil }
        let name = key.dropFirst(receivers.count + 1).prefix { $0 != "." }
        return isReceiverName(String(name)) ? String(name) : nil
    }

    /// Lower-case letters, digits and underscores, so that its variables can be named.
    static func isReceiverName(_ name: String) -> Bool {
        name.wholeMatch(of: /[a-z][a-z0-9_]{0,31}/) != nil
    }

    /// What to do about a key that was removed, or its variable.
    static let retired = Dictionary(
        uniqueKeysWithValues: ["delivery", "STOCKD_DELIVERY"].map {
            ($0, "exactly once is the only way stockd delivers; remove this setting")
        })

    /// The names that hold other names: `kafka`, `reference`, `reference.products`.
    static let sections: Set<String> = Set(
        all.flatMap { entry in
            (1..<entry.path.count).map { entry.path.prefix($0).joined(separator: ".") }
        } + [receivers])

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
