internal import Configuration

/// systemd's credentials (`LoadCredential=`, `SetCredential=`): a directory with a file for each, named as
/// the key (`kafka.sasl_password`) or as its variable (`STOCKD_KAFKA_SASL_PASSWORD`). swift-configuration's
/// own directory provider would want `kafka-sasl_password`.
struct CredentialsDirectory {
    let path: String
    /// By key name.
    private(set) var entries: [String: (value: RawValue, file: String)] = [:]
    private(set) var mistakes: [Mistake] = []

    var provider: InMemoryProvider { InMemoryProvider(name: path, entries.mapValues(\.value)) }

    init(path: String) {
        self.path = path
        let names: [String]
        do {
            names = try FileContent.names(inDirectory: path)
        } catch {
            let origin = Origin.credential(path: path)
            mistakes.append(Mistake(key: nil, found: nil, origin: origin, remedy: "\(error)"))
            return
        }
        for name in names.sorted() { read(name) }
    }

    private mutating func read(_ name: String) {
        let file = path + "/" + name
        let origin = Origin.credential(path: file)
        guard let key = Keys.all.first(where: { $0.name == name || $0.environmentName == name }) else {
            // The directory may hold other credentials, such as a TLS key.
            let section = name.prefix { $0 != "." } + "."
            guard
                name.hasPrefix(KeyEntry.environmentPrefix) || Keys.retired[name] != nil
                    || Keys.all.contains(where: { $0.name.hasPrefix(section) })
            else { return }
            let remedy = Suggestion.remedy(forUnknownKey: name, sections: false)
            mistakes.append(Mistake(key: name, found: nil, origin: origin, remedy: remedy))
            return
        }
        do {
            var text = try FileContent.text(ofFile: file)
            // `echo` and editors end a file with a newline that is no part of a password; spaces may be.
            while text.last?.isNewline == true { text.removeLast() }
            guard entries[key.name] == nil else {
                mistakes.append(Mistake(key: key.name, found: nil, origin: origin, remedy: "is given twice"))
                return
            }
            entries[key.name] = (RawValue(written: text, shape: key.shape), file)
        } catch {
            mistakes.append(Mistake(key: key.name, found: nil, origin: origin, remedy: "\(error)"))
        }
    }
}
