internal import Configuration

/// systemd's credentials (`LoadCredential=`, `SetCredential=`): a directory with a file for each, named as
/// the key (`kafka.sasl_password`) or as its variable (`STOCKD_KAFKA_SASL_PASSWORD`). swift-configuration's
/// own directory provider would want `kafka-sasl_password`.
///
/// Other files are left alone: a TLS key, say, or the secrets of another program.
struct CredentialsDirectory {
    let path: String
    /// By key name.
    private(set) var entries: [String: (value: RawValue, file: String)] = [:]
    private(set) var mistakes: [Mistake] = []
    /// What is said of files whose names are nearly a key's, by the keys that were probably meant.
    private(set) var misspelt: [String: Mistake] = [:]
    /// Keys whose files could not be used.
    private var wrong: Set<String> = []
    private var isUnreadable = false

    private let keys: [KeyEntry]

    var provider: InMemoryProvider { InMemoryProvider(name: path, entries.mapValues(\.value)) }

    init(path: String, receivers: [String] = []) {
        self.path = path
        keys = Keys.all(receivers: receivers)
        let names: [String]
        do {
            names = try FileContent.names(inDirectory: path)
        } catch {
            let variable = "CREDENTIALS_DIRECTORY"
            isUnreadable = true
            mistakes.append(
                Mistake(key: variable, found: path, origin: .environment(name: variable), remedy: "\(error)"))
            return
        }
        for name in names.sorted() { read(name) }
    }

    /// Whether a key only seems not to be given, because its credential could not be used.
    func isUnclear(_ key: String) -> Bool {
        wrong.contains(key) || isUnreadable && Self.isExpected(key)
    }

    /// The keys whose values people keep in credentials.
    private static func isExpected(_ key: String) -> Bool {
        Keys.named(key)?.isSecret == true || key == "kafka.sasl_username"
    }

    private mutating func read(_ name: String) {
        let file = path + "/" + name
        let origin = Origin.credential(path: file)
        guard let key = keys.first(where: { $0.name == name || $0.environmentName == name }) else {
            return note(unknown: name, origin)
        }
        guard entries[key.name] == nil else {
            mistakes.append(Mistake(key: key.name, found: nil, origin: origin, remedy: "is given twice"))
            return
        }
        do {
            var text = try FileContent.text(ofFile: file)
            // `echo` and editors end a file with a newline that is no part of a password; spaces may be. Some editors
            // begin it with a byte-order mark.
            while text.last?.isNewline == true { text.removeLast() }
            if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
            guard !text.isEmpty else {
                wrong.insert(key.name)
                let remedy = "the file is empty; write the value into it, or remove the file"
                mistakes.append(Mistake(key: key.name, found: nil, origin: origin, remedy: remedy))
                return
            }
            entries[key.name] = (RawValue(written: text, shape: key.shape), file)
        } catch {
            wrong.insert(key.name)
            mistakes.append(Mistake(key: key.name, found: nil, origin: origin, remedy: "\(error)"))
        }
    }

    private mutating func note(unknown name: String, _ origin: Origin) {
        if let remedy = Keys.retired[name] {
            mistakes.append(Mistake(key: name, found: nil, origin: origin, remedy: remedy))
        } else if let key = key(meantBy: name) {
            misspelt[key.name] = Mistake(
                key: name, found: nil, origin: origin,
                remedy: "the file is not read, because no key has its name; did you mean \(key.name)?")
        }
    }

    /// The key that a file's name is nearly of: one spelt alike, or the end of one in a section of ours.
    private func key(meantBy name: String) -> KeyEntry? {
        let names = keys.flatMap { [$0.name, $0.environmentName] }
        let section = name.prefix { $0 != "." } + "."
        var meant = Suggestion.nearest(to: name, among: names)
        if meant == nil, keys.contains(where: { $0.name.hasPrefix(section) }) {
            meant = Suggestion.meant(by: name, sections: false)
        }
        return keys.first { $0.name == meant || $0.environmentName == meant }
    }
}
