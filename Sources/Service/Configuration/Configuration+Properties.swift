internal import Kafka

extension Configuration {
    /// Says what is wrong with a librdkafka property: nil when nothing is, else the end of the sentence
    /// `kafka.properties.NAME: found "…" (origin); …`.
    public typealias PropertyCheck = (_ name: String, _ value: String) -> String?

    func checkProperties(_ read: inout Reading, _ check: PropertyCheck) {
        let key = "kafka.properties"
        for (name, value) in kafka.properties.sorted(by: { $0.key < $1.key }) {
            guard let remedy = Self.owner(of: name) ?? check(name, value) else { continue }
            let found = SecretProperty.holdsSecret(name) ? Mistake.redacted : value
            read.report("\(key).\(name)", found: found, origin: read.origin(of: name, in: key), remedy)
        }
    }

    /// Why a property may not be set: it has a key of its own, under its name or its alias.
    private static func owner(of property: String) -> String? {
        let name = property == "metadata.broker.list" ? "bootstrap.servers" : property
        if name == "auto.offset.reset" { return "has a key of its own; set input.start" }
        guard let key = Keys.all.first(where: { $0.property == name }) else { return nil }
        guard key.isSecret else { return "has a key of its own; set \(key.name)" }
        return "has a key of its own; set \(key.environmentName) or the credential \(key.name)"
    }
}
