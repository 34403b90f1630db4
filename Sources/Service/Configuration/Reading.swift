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
    /// The names of the receivers.
    var receivers: [String] { file?.receivers ?? [] }
    /// What each section is for.
    private(set) var sections: [String: String] = [:]
    private(set) var mistakes: [Mistake] = []
    /// What is right but without effect.
    private(set) var notes: [Mistake] = []
    private let environment: EnvironmentSettings?
    private let credentials: CredentialsDirectory?

    /// Everything at its default.
    init() {
        layers = []
        file = nil
        environment = nil
        credentials = nil
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
        self.environment = environment
        self.credentials = credentials
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
        let flaws = kind.flaws(raw)
        for flaw in flaws { report(name, found: flaw.found, origin: origin, flaw.remedy) }
        if flaws.isEmpty {
            report(name, found: secret ? Mistake.redacted : raw.written, origin: origin, "must be \(kind.expected)")
        }
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
            let origin = layer.origin(key)
            if case .file = origin { return (raw, origin) }
            return (key.shape == .map ? raw.joined : raw, origin)
        }
        return (key.standardValue, .standard)
    }

    /// Reports values that are right by themselves but not together.
    ///
    /// Says nothing if one of them is wrong by itself, since its default is used instead, or if one only seems not to
    /// be given: that was reported already.
    mutating func contradiction(_ name: String, with others: [String] = [], _ remedy: String) {
        guard let setting = settings.first(where: { $0.key.name == name }) else { return }
        let names = [name] + others
        guard names.allSatisfy({ name in settings.contains { $0.key.name == name } }) else { return }
        if let file = names.compactMap({ misspeltCredential($0) }).first {
            if !mistakes.contains(file) { mistakes.append(file) }
            return
        }
        guard !names.contains(where: isUnclear) else { return }
        let found = setting.isStandard && setting.isNull ? nil : setting.value
        report(name, found: found, origin: setting.origin, remedy)
    }

    /// Whether a key stands at its default only because the place where it was to be given was not understood.
    private func isUnclear(_ name: String) -> Bool {
        guard origin(of: name) == .standard else { return false }
        return file?.isUnclear(name) == true || credentials?.isUnclear(name) == true
            || environment?.meant.contains(KeyEntry.environmentName(name)) == true
    }

    private func misspeltCredential(_ name: String) -> Mistake? {
        origin(of: name) == .standard ? credentials?.misspelt[name] : nil
    }

    /// Notes a setting that has no effect, if somebody gave it a value that is not its default.
    mutating func note(_ name: String, _ remedy: String) {
        guard let setting = settings.first(where: { $0.key.name == name }), setting.isChanged else { return }
        notes.append(Mistake(key: name, found: setting.value, origin: setting.origin, remedy: remedy))
    }

    /// Notes librdkafka properties that have no effect.
    mutating func note(properties names: [String], _ remedy: String) {
        guard let first = names.first else { return }
        let key = "kafka.properties"
        notes.append(Mistake(key: key, found: nil, origin: origin(of: first, in: key), remedy: remedy))
    }

    /// What is said last: credentials that nothing is read from.
    mutating func finish() {
        guard let credentials else { return }
        notes += credentials.misspelt.sorted { $0.key < $1.key }.map(\.value).filter { !mistakes.contains($0) }
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
