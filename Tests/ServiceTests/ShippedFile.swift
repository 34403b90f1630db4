@testable import Service

/// Renders `Config/stockd.yaml` from the table of keys, so that the file always matches it.
enum ShippedFile {
    static func render() -> String {
        var lines = header
        var open: [String] = []
        for key in Keys.all {
            let path = Array(key.path.dropLast())
            lines.append("")
            let shared = zip(open, path).prefix { $0 == $1 }.count
            for depth in shared..<max(shared, path.count) {
                let section = path.prefix(depth + 1).joined(separator: ".")
                let indent = String(repeating: "  ", count: depth)
                if let documentation = Keys.sectionDocumentation[section] {
                    lines += comment(documentation, indent: indent)
                }
                lines.append("\(indent)\(path[depth]):")
            }
            open = path
            lines += setting(key, indent: String(repeating: "  ", count: path.count))
        }
        return (lines + [""] + receivers).joined(separator: "\n") + "\n"
    }

    private static let receivers = """
          # Whom stockd notify tells, by name. docs/configuration.md has every setting of a receiver,
          # docs/notifications.md an introduction. For instance:
          #receivers:
          #  purchasing:
          #    kind: slack
          #    channel: C0123456789
          #    severity: LOW
        """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)

    private static let header = """
        # stockd: every setting, with its default.
        #
        # A setting that is commented out is null; its comment says what null means.
        # Each setting can also be given in the environment variable at the end of its comment. The variable
        # wins over systemd's credentials, files named as the key (kafka.sasl_password) or as the variable,
        # and credentials win over this file.
        # Durations have units: us, ms, s, m, h, d. Sizes: KiB, MiB, GiB. Unknown keys are mistakes.
        # `stockd check --config FILE` prints every mistake at once.
        #
        # `kill -HUP` (systemctl reload stockd) reads the reference files again and applies the settings that
        # say "reloadable" in their comment; the others need a restart.
        """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)

    private static func setting(_ key: KeyEntry, indent: String) -> [String] {
        var lines = comment(key.documentation, indent: indent)
        let standard = key.standardValue.isNull ? "null" : inline(key)
        var facts = "Default: \(standard). Must be \(key.expected). \(key.environmentName)"
        if key.isSecret { facts = "Not in this file: the credential \(key.name), or \(key.environmentName)" }
        if key.isReloadable { facts += " (reloadable)" }
        lines += comment(facts, indent: indent)
        let name = key.path[key.path.count - 1]
        if key.isSecret { return lines }
        if let shipped = key.shipped { return lines + ["\(indent)\(name): \(shipped)"] }
        if key.standardValue.isNull { return lines + ["\(indent)#\(name): null"] }
        guard key.shape == .map else { return lines + ["\(indent)\(name): \(key.standard)"] }
        let entries = RawValue.elements(of: key.standard)
        guard !entries.isEmpty else { return lines + ["\(indent)\(name): {}"] }
        return lines + ["\(indent)\(name):"]
            + entries.map { "\(indent)  " + $0.split(separator: "=").joined(separator: ": ") }
    }

    private static func inline(_ key: KeyEntry) -> String {
        guard key.shape == .map else { return key.standard }
        let entries = RawValue.elements(of: key.standard)
        return "{" + entries.map { $0.split(separator: "=").joined(separator: ": ") }.joined(separator: ", ")
            + "}"
    }

    /// Wraps at 100 columns; leaves lines that are indented in the text as they are.
    private static func comment(_ text: String, indent: String) -> [String] {
        var lines: [String] = []
        var current = ""
        func flush() {
            if !current.isEmpty { lines.append("\(indent)# \(current)") }
            current = ""
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("  ") {
                flush()
                lines.append("\(indent)# \(line)")
                continue
            }
            for word in line.split(separator: " ") {
                if !current.isEmpty, indent.count + 2 + current.count + 1 + word.count > 100 { flush() }
                current += current.isEmpty ? word : " " + word
            }
        }
        flush()
        return lines
    }
}
