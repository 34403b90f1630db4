internal import Configuration

/// One reading of the configuration: values by their keys from the first layer that has them, and what was
/// wrong with them.
struct Reading {
    /// swift-configuration's providers with a way to say where each found a value. The first that has it
    /// wins.
    private struct Layer {
        let provider: any ConfigProvider
        let origin: (KeyEntry) -> Origin
    }

    private var layers: [Layer]
    private let file: SettingsFile?
    private(set) var settings: [Setting] = []
    private(set) var mistakes: [Mistake] = []

    init(environment: EnvironmentSettings, credentials: CredentialsDirectory?, file: SettingsFile?) {
        layers = [Layer(provider: environment.provider) { .environment(name: $0.environmentName) }]
        if let credentials {
            layers.append(
                Layer(provider: credentials.provider) { key in
                    .credential(path: credentials.entries[key.name]?.file ?? credentials.path)
                })
        }
        self.file = file
        if let file {
            layers.append(
                Layer(provider: file.provider) { .file(path: file.path, line: file.entries[$0.name]?.line) })
        }
        mistakes = environment.mistakes + (credentials?.mistakes ?? []) + (file?.mistakes ?? [])
    }

    /// The key's value; its default where none is given, or, with a mistake noted, where a wrong one is.
    mutating func callAsFunction<Value>(_ key: Key<Value>) -> Value {
        let (raw, origin) = find(key.entry)
        guard let value = key.kind.parse(raw) else {
            let found = key.entry.isSecret ? Mistake.redacted : raw.written
            report(key.entry.name, found: found, origin: origin, "must be \(key.entry.expected)")
            return key.fallback
        }
        settings.append(Setting(key: key.entry, raw: raw, origin: origin))
        return value
    }

    private func find(_ key: KeyEntry) -> (RawValue, Origin) {
        for layer in layers {
            // A layer holds text and lists of text alone, in the form the key has: it cannot mismatch.
            guard let found = try? layer.provider.value(forKey: key.providerKey, type: key.form.type).value,
                let raw = RawValue(found.content)
            else { continue }
            return (raw, layer.origin(key))
        }
        return (key.standardValue, .standard)
    }

    /// Notes that values are each right by themselves but not together. Says nothing where one of them was
    /// already found wrong, since a default stands in its place.
    mutating func contradiction(_ name: String, with others: [String] = [], _ remedy: String) {
        guard let setting = settings.first(where: { $0.key.name == name }) else { return }
        guard others.allSatisfy({ other in settings.contains { $0.key.name == other } }) else { return }
        let found = setting.isStandard && setting.isNull ? nil : setting.value
        report(name, found: found, origin: setting.origin, remedy)
    }

    mutating func report(_ key: String?, found: String?, origin: Origin, _ remedy: String) {
        mistakes.append(Mistake(key: key, found: found, origin: origin, remedy: remedy))
    }

    func origin(of name: String) -> Origin {
        settings.first { $0.key.name == name }?.origin ?? .standard
    }

    /// Where one entry of a map was found: its own line, in a file.
    func origin(of entry: String, in name: String) -> Origin {
        let origin = origin(of: name)
        guard case .file(let path, _) = origin, let line = file?.entries[name]?.lines[entry] else {
            return origin
        }
        return .file(path: path, line: line)
    }
}
