internal import Configuration

/// The variables whose names begin with `STOCKD_`.
struct EnvironmentSettings {
    let variables: [String: String]
    private(set) var mistakes: [Mistake] = []
    /// The variables that were probably meant by unknown ones.
    private(set) var meant: Set<String> = []

    var provider: KeyMappingProvider<EnvironmentVariablesProvider> {
        EnvironmentVariablesProvider(environmentVariables: variables).prefixKeys(with: "stockd")
    }

    init(_ environment: [String: String], receivers: [String] = []) {
        let known = Set(Keys.all(receivers: receivers).map(\.environmentName))
        // An empty variable counts as missing: a compose or unit file may not be able to leave it out.
        variables = environment.filter { known.contains($0.key) && !$0.value.isEmpty }
        for name in environment.keys.sorted() where name.hasPrefix(KeyEntry.environmentPrefix) {
            guard !known.contains(name), !Self.isForeign(name, environment[name] ?? "") else { continue }
            let remedy = Suggestion.remedy(forUnknownVariable: name, among: known)
            if let near = Suggestion.nearest(to: name, among: known) { meant.insert(near) }
            mistakes.append(Mistake(key: name, found: nil, origin: .environment(name: name), remedy: remedy))
        }
    }

    /// Names with our prefix that others give a meaning: the tests of this project, its unit file, and Kubernetes and
    /// Docker, which announce a service or a linked container called `stockd-kafka` to every container, by
    /// `STOCKD_KAFKA_SERVICE_HOST` and the like.
    private static func isForeign(_ name: String, _ value: String) -> Bool {
        if name.hasPrefix("STOCKD_TEST_") || name == "STOCKD_ARGS" { return true }
        if name.hasSuffix("_PORT"), value.prefixMatch(of: /(tcp|udp|sctp):\/\//) != nil { return true }
        // Docker's are of a linked container: its name, `/stockd/kafka`, and its environment.
        if name.hasSuffix("_NAME"), value.wholeMatch(of: /\/[^\/]+\/[^\/]+/) != nil { return true }
        return name.wholeMatch(of: link) != nil
    }

    private static var link: Regex<Substring> {
        #/
        STOCKD(?:_.*)?_(?:
            SERVICE_(?:HOST|PORT(?:_.*)?)
            | PORT_[0-9]+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|ADDR|PORT|(?:PORT_)?(?:START|END)))?
            | ENV_.*
        )
        /#
    }
}
