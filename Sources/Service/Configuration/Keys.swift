/// Every setting there is. Parsing, the names of variables, the check for unknown keys and the shipped file's
/// comments all come from here.
enum Keys {
    /// In the order of the shipped file.
    static let all: [KeyEntry] =
        Kafka.all + Input.all + Events.all + Reference.all + Alerts.all + Topics.all + Pace.all + Web.all
        + Log.all

    static let byName: [String: KeyEntry] = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }

    /// The names that hold other names: `kafka`, `reference`, `reference.products`.
    static let sections: Set<String> = Set(
        all.flatMap { entry in
            (1..<entry.path.count).map { entry.path.prefix($0).joined(separator: ".") }
        })

    /// What each section is for, over its first key in the shipped file.
    static let sectionDocumentation: [String: String] = [
        "kafka": "How to reach the cluster, and as whom.",
        "input": "Where order events come from.",
        "events": "What order events mean.",
        "reference": """
        Products and warehouses: each from a file or from a compacted topic, exactly one of the two. A file's
        relative path is taken from this file's directory; SIGHUP reads files again.
        """,
        "alerts": "The topic of alert changes, the daemon's main output.",
        "outputs":
            "Further tables in upsert form: a message is the row as it now stands, no value when it is gone.",
        "dead_letters": "Where events that cannot be read go, as they came, with the reason in headers.",
        "topics": "What topics are created with when they are missing. Existing topics are never altered.",
        "batch": "How much is taken at once.",
        "commit": "How often results are committed.",
        "checkpoint": "How often the state is written, and with it how much is read again after a crash.",
        "state": "Where the state is kept.",
        "http": "The HTTP interface: views, changes, health, metrics and a page to look at.",
        "log": "The log, on standard error.",
    ]
}
