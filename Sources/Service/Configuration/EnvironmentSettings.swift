internal import Configuration

/// The variables whose names begin with `STOCKD_`.
struct EnvironmentSettings {
    let variables: [String: String]
    private(set) var mistakes: [Mistake] = []

    var provider: KeyMappingProvider<EnvironmentVariablesProvider> {
        EnvironmentVariablesProvider(environmentVariables: variables).prefixKeys(with: "stockd")
    }

    init(_ environment: [String: String]) {
        let known = Set(Keys.all.map(\.environmentName))
        // An empty variable is one that a compose or unit file could not leave out.
        variables = environment.filter { known.contains($0.key) && !$0.value.isEmpty }
        for name in environment.keys.sorted() where name.hasPrefix(KeyEntry.environmentPrefix) {
            guard !known.contains(name), !Self.isForeign(name) else { continue }
            let remedy = Suggestion.remedy(forUnknownVariable: name, among: known)
            mistakes.append(Mistake(key: name, found: nil, origin: .environment(name: name), remedy: remedy))
        }
    }

    /// Names with our prefix that others give a meaning: the tests and builds of this project, and
    /// Kubernetes, which announces a service called `stockd` to every pod beside it.
    private static func isForeign(_ name: String) -> Bool {
        name.hasPrefix("STOCKD_TEST_") || name.hasPrefix("STOCKD_SERVICE_HOST")
            || name.hasPrefix("STOCKD_SERVICE_PORT") || name == "STOCKD_PORT"
            || name.hasPrefix("STOCKD_PORT_")
    }
}
