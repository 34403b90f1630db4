extension Configuration {
    /// Reads the configuration and everything that is wrong with it.
    ///
    /// A key's value is the environment's, else the credential's, else the file's, else the default.
    ///
    /// - Parameters:
    ///   - file: The YAML file; nil for none.
    ///   - environment: The process's variables; those that begin with `STOCKD_` count.
    ///   - credentialsDirectory: systemd's `CREDENTIALS_DIRECTORY`; nil for none.
    ///   - checkProperty: Says what is wrong with a librdkafka property.
    ///   - counts: Whether a mistake counts; so a configuration can be read without its secrets.
    /// - Returns: The configuration, nil when there is any mistake that counts; and all that count.
    public static func load(
        file: String?, environment: [String: String], credentialsDirectory: String? = nil,
        checkProperty: PropertyCheck = { _, _ in nil }, counts: (Mistake) -> Bool = { _ in true }
    ) -> (Configuration?, [Mistake]) {
        var settingsFile: SettingsFile?
        if let file {
            do {
                settingsFile = SettingsFile(text: try FileContent.text(ofFile: file), path: file)
            } catch {
                settingsFile = SettingsFile(unreadable: error, path: file)
            }
        }
        let (configuration, mistakes) = read(settingsFile, environment, credentialsDirectory, checkProperty)
        let counting = Self.ofEmpty(settingsFile, mistakes.filter(counts))
        return (counting.isEmpty ? configuration : nil, counting)
    }

    /// The same from a file's text.
    ///
    /// - Parameter name: What mistakes call the text; relative paths in it are taken from its directory.
    public static func load(
        text: String, named name: String, environment: [String: String] = [:],
        credentialsDirectory: String? = nil,
        checkProperty: PropertyCheck = { _, _ in nil }
    ) -> (Configuration?, [Mistake]) {
        let file = SettingsFile(text: text, path: name)
        let (configuration, all) = read(file, environment, credentialsDirectory, checkProperty)
        let mistakes = ofEmpty(file, all)
        return (mistakes.isEmpty ? configuration : nil, mistakes)
    }

    /// Says of a file without anything in it that it is empty, rather than that both tables are missing.
    private static func ofEmpty(_ file: SettingsFile?, _ mistakes: [Mistake]) -> [Mistake] {
        guard let file, file.isEmpty else { return mistakes }
        let tables = ["reference.products.file", "reference.warehouses.file"]
        let rest = mistakes.filter { $0.origin != .standard || !tables.contains($0.key ?? "") }
        guard mistakes.count - rest.count == tables.count else { return mistakes }
        let remedy = "is empty; it must name at least reference.products.file and reference.warehouses.file"
        return rest + [Mistake(key: nil, found: nil, origin: .file(path: file.path, line: nil), remedy: remedy)]
    }

    /// A wrong value is at its default in what is returned.
    private static func read(
        _ file: SettingsFile?, _ environment: [String: String], _ credentialsDirectory: String?,
        _ checkProperty: PropertyCheck
    ) -> (Configuration, [Mistake]) {
        // An empty variable counts as missing.
        let directory = credentialsDirectory?.isEmpty == true ? nil : credentialsDirectory
        let receivers = file?.receivers ?? []
        var reading = Reading(
            environment: EnvironmentSettings(environment, receivers: receivers),
            credentials: directory.map { CredentialsDirectory(path: $0, receivers: receivers) }, file: file)
        var configuration = Configuration(&reading)
        let refused = configuration.checkProperties(&reading, checkProperty)
        configuration.check(&reading)
        configuration.checkSecurity(&reading, refused: refused)
        configuration.checkAliases(&reading)
        configuration.checkEffects(&reading)
        reading.finish()
        configuration.notes = reading.notes
        for name in configuration.kafka.properties.keys {
            configuration.propertyOrigins[name] = reading.origin(of: name, in: "kafka.properties")
        }
        return (configuration, reading.mistakes)
    }
}

extension Mistake {
    /// Whether it counts for one who uses these sections alone. A name that belongs to no section may be a misspelt
    /// one of theirs.
    public func concerns(_ sections: [String]) -> Bool {
        guard let key else { return true }
        if sections.contains(where: { key.isOf($0) }) { return true }
        // An unknown key of another section may be a misspelt one of `alerts.emit`.
        let isKnown = Keys.named(key) != nil || Keys.all.contains { key == $0.environmentName }
        let variables = Keys.all.map(\.environmentName)
        let meant =
            key.hasPrefix(KeyEntry.environmentPrefix)
            ? Suggestion.nearest(to: key, among: variables) : Suggestion.nearest(to: key, among: Keys.all.map(\.name))
        if !isKnown, let meant, sections.contains(where: { meant.isOf($0) }) { return true }
        return Keys.retired[key] == nil && !Keys.all.contains { key.isOf($0.path[0]) }
    }

    /// Whether it only says that a key is missing.
    public var isAbsence: Bool { found == nil && origin == .standard }
}

extension String {
    /// Whether the key, or the variable, belongs to a section.
    fileprivate func isOf(_ section: String) -> Bool {
        self == section || hasPrefix(section + ".")
            || hasPrefix(KeyEntry.environmentName(section) + "_") || self == KeyEntry.environmentName(section)
    }
}
