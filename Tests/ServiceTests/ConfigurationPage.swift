@testable import Service

/// Renders `docs/configuration.md` from the table of keys, so that the page always matches it.
enum ConfigurationPage {
    static func render() -> String {
        var lines = header
        var section = ""
        for key in Keys.all {
            if key.path[0] != section {
                section = key.path[0]
                lines += ["", "## \(section)"]
                if let text = Keys.sectionDocumentation[section] { lines += paragraphs(text) }
            }
            let nested = key.path.count > 2 ? key.path.dropLast().joined(separator: ".") : ""
            if !nested.isEmpty, !lines.contains("### \(nested)"), let text = Keys.sectionDocumentation[nested] {
                lines += ["", "### \(nested)"] + paragraphs(text)
            }
            lines += ["", "#### `\(key.name)`"] + paragraphs(key.documentation) + facts(key)
        }
        lines += ["", "### receivers"] + paragraphs(receivers)
        for key in Keys.receiver { lines += ["", "#### `\(key.name)`"] + paragraphs(key.documentation) + facts(key) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let receivers = """
        Whom stockd notify tells, by name. Each receiver has the settings below, with its name in place of NAME.
        [notifications.md](notifications.md) explains them.
        """

    private static let header = """
        # Configuration

        Which settings are there, what do they mean, and what is their default? This page and `Config/stockd.yaml`
        are written from the same table by `make config`.

        A setting comes from the first of these that has it:

        1. the environment variable that is named with the key: `kafka.group_id` is `STOCKD_KAFKA_GROUP_ID`;
        2. a file in systemd's credentials directory, named as the key or as the variable;
        3. the configuration file;
        4. the default.

        Durations have units: `us`, `ms`, `s`, `m`, `h`, `d`. Sizes have units, too: `KiB`, `MiB`, `GiB`. Lists in a
        variable are separated by commas, entries of a map are `name=value`. An unknown key is a mistake.
        `stockd check --config FILE` prints every mistake at once.
        """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)

    private static func facts(_ key: KeyEntry) -> [String] {
        if key.isSecret {
            let text = "- Only as the credential `\(key.name)` or the variable `\(key.environmentName)`."
            return [""] + wrapped(text, indent: "  ")
        }
        let standard = key.standardValue.isNull ? "null" : key.standard
        var lines = [
            "", "- Default: \(standard.isEmpty ? "none" : "`\(standard)`").",
            "- Must be \(key.expected).", "- Variable: `\(key.environmentName)`.",
        ]
        if let property = key.property { lines.append("- librdkafka's property: `\(property)`.") }
        if key.isReloadable { lines.append("- Reloadable: SIGHUP applies a new value.") }
        return lines.flatMap { wrapped($0, indent: $0.hasPrefix("-") ? "  " : "") }
    }

    /// Wraps at 120 columns; indented lines become a code block.
    private static func paragraphs(_ text: String) -> [String] {
        var lines = [""]
        var prose = ""
        var isCode = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("  ") != isCode {
                if isCode { lines += ["```", ""] } else { lines += wrapped(prose) + ["", "```text"] }
                prose = ""
                isCode.toggle()
            }
            if isCode {
                lines.append(String(line.dropFirst(2)))
            } else {
                prose += (prose.isEmpty ? "" : " ") + line
            }
        }
        return lines + (isCode ? ["```"] : wrapped(prose))
    }

    private static func wrapped(_ text: String, indent: String = "") -> [String] {
        guard !text.isEmpty else { return [""] }
        var lines: [String] = []
        var current = ""
        for word in text.split(separator: " ") {
            if !current.isEmpty, current.count + 1 + word.count > 120 {
                lines.append(current)
                current = indent + word
            } else {
                current += current.isEmpty ? String(word) : " " + word
            }
        }
        return lines + [current]
    }
}
