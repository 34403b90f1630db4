internal import Configuration
internal import Yams

/// The configuration file, read by Yams directly: swift-configuration's own YAML provider keeps neither the
/// lines of values nor the keys that nobody asks for, and mistakes need both.
struct SettingsFile {
    struct Entry {
        let value: RawValue
        let line: Int?
        /// The lines of a map's entries by their names.
        var lines: [String: Int] = [:]
    }

    let path: String
    private(set) var entries: [String: Entry] = [:]
    /// The names of the receivers, in the order of the file.
    private(set) var receivers: [String] = []
    private(set) var mistakes: [Mistake] = []
    /// The names of sections and keys that are wrong here, or were probably meant by a wrong one.
    private var wrong: Set<String> = []
    /// Nothing of it could be read.
    private(set) var isUnreadable = false
    /// It has no key at all.
    private(set) var isEmpty = false

    /// The file's values as a layer for swift-configuration.
    var provider: InMemoryProvider { InMemoryProvider(name: path, entries.mapValues(\.value)) }

    /// - Parameter path: What mistakes call the file.
    init(text: String, path: String) {
        self.path = path
        do {
            // A file of comments alone has no root: everything is at its default.
            guard let root = try Parser(yaml: text).singleRoot() else {
                isEmpty = true
                return
            }
            if let mapping = root.mapping {
                isEmpty = mapping.isEmpty
                read(mapping, section: "")
            } else if Self.isNothing(root) {
                isEmpty = true
            } else {
                isUnreadable = true
                // The text stays unsaid: it may be a secret's file.
                report(nil, found: nil, at: root, "must be a map of sections, such as \"kafka:\"")
            }
        } catch {
            isUnreadable = true
            mistakes.append(Self.unparsable(error, path: path))
        }
    }

    /// A file that cannot be read.
    init(unreadable reason: FileContent.Unreadable, path: String) {
        self.path = path
        isUnreadable = true
        let origin = Origin.file(path: path, line: nil)
        mistakes.append(Mistake(key: nil, found: nil, origin: origin, remedy: "\(reason)"))
    }

    /// Whether a key only seems not to be given, because the file was not understood there.
    func isUnclear(_ key: String) -> Bool {
        isUnreadable || wrong.contains { key == $0 || key.hasPrefix($0 + ".") }
    }

    private static func isNothing(_ node: Node) -> Bool {
        node.scalar.map { $0.string.isEmpty || RawValue.isNull($0.string) } ?? false
    }

    private mutating func read(_ mapping: Node.Mapping, section: String) {
        for (nameNode, node) in mapping {
            guard let name = nameNode.scalar?.string else {
                report(
                    section.isEmpty ? nil : section, found: nil, at: nameNode,
                    "a key must be a name, such as kafka")
                continue
            }
            let path = section.isEmpty ? name : section + "." + name
            if section == Keys.receivers {
                readReceiver(name, node: node, at: nameNode)
            } else if let key = Keys.named(path) {
                read(key, node: node, at: nameNode)
            } else if Keys.sections.contains(path) {
                readSection(path, node: node)
            } else {
                if let meant = Suggestion.meant(by: path) { wrong.insert(meant) }
                // The value stays unsaid: the key may be a secret's name misspelt.
                report(path, found: nil, at: nameNode, Suggestion.remedy(forUnknownKey: path))
            }
        }
    }

    private mutating func readReceiver(_ name: String, node: Node, at nameNode: Node) {
        let path = Keys.receivers + "." + name
        guard Keys.isReceiverName(name) else {
            return report(
                path, found: nil, at: nameNode,
                "a receiver's name must be 1 to 32 lower-case letters, digits and underscores, a letter first")
        }
        receivers.append(name)
        if let mapping = node.mapping { return read(mapping, section: path) }
        report(path, found: nil, at: nameNode, "must be a map of settings, such as \"kind: slack\"")
    }

    private mutating func readSection(_ path: String, node: Node) {
        if let mapping = node.mapping {
            read(mapping, section: path)
        } else if Self.isNothing(node) {
            return  // Every key of the section is commented out.
        } else {
            let keys = Keys.all.filter { $0.name.hasPrefix(path + ".") }
            let found = keys.contains(where: \.isSecret) ? nil : node.scalar?.string
            let names = keys.map(\.name).joined(separator: ", ")
            report(path, found: found, at: node, "must be a section holding \(names)")
        }
    }

    private mutating func read(_ key: KeyEntry, node: Node, at nameNode: Node) {
        if key.isSecret, !Self.isNothing(node) {
            report(
                key.name, found: Mistake.redacted, at: nameNode,
                "a secret must not be in this file: set \(key.environmentName) or the credential \(key.name)")
            return
        }
        guard entries[key.name] == nil else {
            report(key.name, found: nil, at: nameNode, "is given twice in this file")
            return
        }
        guard let value = Self.value(of: node, shape: key.shape) else {
            let text = key.name == "kafka.properties" ? nil : node.scalar?.string
            let found = node.mapping != nil ? "a map" : node.sequence != nil ? "a list" : text
            report(key.name, found: found, at: nameNode, "must be \(key.expected)")
            return
        }
        var entry = Entry(value: value, line: nameNode.mark?.line)
        for (name, _) in node.mapping ?? [:] {
            if let text = name.scalar?.string { entry.lines[text] = name.mark?.line }
        }
        entries[key.name] = entry
    }

    private static func value(of node: Node, shape: RawValue.Shape) -> RawValue? {
        switch shape {
        case .text:
            return text(of: node).map { .text($0) }
        case .list:
            if let text = text(of: node) { return RawValue(written: text, shape: shape) }
            guard let sequence = node.sequence else { return nil }
            let elements = sequence.compactMap { text(of: $0) }
            return elements.count == sequence.count ? .list(elements) : nil
        case .map:
            if let text = text(of: node), RawValue.isNull(text) { return .list([]) }
            guard let mapping = node.mapping else { return nil }
            let pairs = mapping.compactMap { name, value -> String? in
                guard let name = text(of: name), let value = text(of: value), !name.contains("=") else {
                    return nil
                }
                return name + "=" + value
            }
            return pairs.count == mapping.count ? .list(pairs) : nil
        }
    }

    private static func text(of node: Node) -> String? {
        guard let scalar = node.scalar else { return nil }
        // YAML's null is nothing after the colon; in quotes it is an empty text.
        return scalar.string.isEmpty && scalar.style == .plain ? "null" : scalar.string
    }

    private mutating func report(_ key: String?, found: String?, at node: Node, _ remedy: String) {
        let origin = Origin.file(path: path, line: node.mark?.line)
        if let key { wrong.insert(key) }
        mistakes.append(Mistake(key: key, found: found, origin: origin, remedy: remedy))
    }

    /// Describes the error without the line's text, which Yams would quote and which may hold a secret.
    private static func unparsable(_ error: any Error, path: String) -> Mistake {
        var line: Int?
        let problem: String
        switch error as? YamlError {
        case .scanner(_, let text, let mark, _), .parser(_, let text, let mark, _),
            .composer(_, let text, let mark, _):
            line = mark.line
            problem = "is not YAML: \(text) (column \(mark.column))"
        case .duplicatedKeysInMapping(let names, let context):
            line = context.mark.line
            problem = "the map that begins here has a key twice: \(names.sorted().joined(separator: ", "))"
        case .reader(let text, _, _, _):
            problem = "is not YAML: \(text)"
        default:
            problem = "is not YAML in UTF-8"
        }
        return Mistake(key: nil, found: nil, origin: .file(path: path, line: line), remedy: problem)
    }
}
