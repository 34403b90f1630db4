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
    /// - Returns: The configuration, nil when there is any mistake; and all mistakes.
    public static func load(
        file: String?, environment: [String: String], credentialsDirectory: String? = nil,
        checkProperty: PropertyCheck = { _, _ in nil }
    ) -> (Configuration?, [Mistake]) {
        guard let file else {
            return load(nil, environment, credentialsDirectory, checkProperty)
        }
        do {
            let text = try FileContent.text(ofFile: file)
            return load(SettingsFile(text: text, path: file), environment, credentialsDirectory, checkProperty)
        } catch {
            let origin = Origin.file(path: file, line: nil)
            let unreadable = Mistake(key: nil, found: nil, origin: origin, remedy: "\(error)")
            // Without the file most keys would only seem to be missing, so only mistakes in the variables count.
            return (nil, [unreadable] + EnvironmentSettings(environment).mistakes)
        }
    }

    /// The same from a file's text.
    ///
    /// - Parameter name: What mistakes call the text; relative paths in it are taken from its directory.
    public static func load(
        text: String, named name: String, environment: [String: String] = [:],
        credentialsDirectory: String? = nil,
        checkProperty: PropertyCheck = { _, _ in nil }
    ) -> (Configuration?, [Mistake]) {
        load(SettingsFile(text: text, path: name), environment, credentialsDirectory, checkProperty)
    }

    private static func load(
        _ file: SettingsFile?, _ environment: [String: String], _ credentialsDirectory: String?,
        _ checkProperty: PropertyCheck
    ) -> (Configuration?, [Mistake]) {
        var reading = Reading(
            environment: EnvironmentSettings(environment),
            credentials: credentialsDirectory.map { CredentialsDirectory(path: $0) }, file: file)
        let configuration = Configuration(&reading)
        configuration.check(&reading)
        configuration.checkProperties(&reading, checkProperty)
        return (reading.mistakes.isEmpty ? configuration : nil, reading.mistakes)
    }
}
