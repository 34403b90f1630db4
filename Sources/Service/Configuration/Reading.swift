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
    /// What each section is for.
    private(set) var sections: [String: String] = [:]
    private(set) var mistakes: [Mistake] = []

    /// Everything at its default.
    init() {
        layers = []
        file = nil
    }

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
            layers.append(Layer(provider: file.provider) { .file(path: file.path, line: file.entries[$0.name]?.line) })
        }
        mistakes = environment.mistakes + (credentials?.mistakes ?? []) + (file?.mistakes ?? [])
    }

    mutating func section(_ name: String, _ documentation: String) { sections[name] = documentation }

    /// Declares a setting and reads it. Only this call knows its name, how its values are written, its default and
    /// what it does.
    ///
    /// - Parameters:
    ///   - standard: The default as it would be written; a map as `name=value,name=value`.
    ///   - shipped: What `Config/stockd.yaml` sets instead, where a default cannot work out of the box.
    ///   - property: The librdkafka property the key stands for, which `kafka.properties` then may not set.
    /// - Returns: the value, or the default where none is given or a wrong one, which is noted as a mistake.
    mutating func callAsFunction<Value>(
        _ name: String, _ kind: Kind<Value>, default standard: String, shipped: String? = nil,
        reloadable: Bool = false, secret: Bool = false, property: String? = nil, _ documentation: String
    ) -> Value {
        let key = KeyEntry(
            name: name, shape: kind.shape, expected: kind.expected, standard: standard, shipped: shipped,
            isReloadable: reloadable, isSecret: secret, property: property, documentation: documentation)
        let (raw, origin) = find(key)
        if let value = kind.parse(raw) {
            settings.append(Setting(key: key, raw: raw, origin: origin))
            return value
        }
        report(name, found: secret ? Mistake.redacted : raw.written, origin: origin, "must be \(kind.expected)")
        guard let value = kind.parse(key.standardValue) else {
            preconditionFailure("\(name): the default \"\(standard)\" is not \(kind.expected)")
        }
        return value
    }

    private func find(_ key: KeyEntry) -> (RawValue, Origin) {
        for layer in layers {
            // A layer holds only text and lists of text, in the shape of the key, so the types always match.
            guard let found = try? layer.provider.value(forKey: key.providerKey, type: key.shape.type).value,
                let raw = RawValue(found.content)
            else { continue }
            return (raw, layer.origin(key))
        }
        return (key.standardValue, .standard)
    }

    /// Reports values that are right by themselves but not together. Says nothing if one of them is wrong by itself,
    /// since its default is used instead.
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
