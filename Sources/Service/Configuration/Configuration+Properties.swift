internal import Kafka

extension Configuration {
    /// Says what is wrong with a librdkafka property: nil when nothing is, else the end of the sentence
    /// `kafka.properties.NAME: found "…" (origin); …`.
    public typealias PropertyCheck = (_ name: String, _ value: String) -> String?

    /// - Returns: The properties that were reported.
    func checkProperties(_ read: inout Reading, _ check: PropertyCheck) -> [String] {
        let key = "kafka.properties"
        return kafka.properties.sorted { $0.key < $1.key }.compactMap { name, value in
            guard let remedy = Self.owner(of: name) ?? check(name, value) else { return nil }
            let hidden = SecretProperty.holdsSecret(name) ? Mistake.redacted : nil
            let found = SecretProperty.maybeShown(name) ? value : hidden
            read.report("\(key).\(name)", found: found, origin: read.origin(of: name, in: key), remedy)
            return name
        }
    }

    /// Says what is wrong with a property, for `load`: librdkafka's rules, and those of the guarantees that rest on
    /// it.
    public static func checkProperty(_ name: String, _ value: String) -> String? {
        guard let problem = ClientSettings.problems(in: [name: value]).first else { return nil }
        guard problem.isUnknown, let near = Suggestion.nearest(to: name, among: ClientSettings.knownProperties) else {
            return problem.message
        }
        guard let other = owner(of: near) ?? ClientSettings.problems(in: [near: value]).first?.message,
            !SecretProperty.maybeShown(near)
        else { return problem.message + "; did you mean \(near)?" }
        return problem.message + "; did you mean \(near)? It \(other)"
    }

    /// Why a property may not be set: it has a key of its own, under its name or its alias, however it is spelt.
    private static func owner(of property: String) -> String? {
        var name = property.lowercased().replacing("_", with: ".")
        if name == "metadata.broker.list" { name = "bootstrap.servers" }
        if name == "auto.offset.reset" { return "has a key of its own; set input.start" }
        guard let key = Keys.all.first(where: { $0.property == name }) else { return nil }
        guard key.isSecret else { return "has a key of its own; set \(key.name)" }
        return "has a key of its own; set \(key.environmentName) or the credential \(key.name)"
    }
}
