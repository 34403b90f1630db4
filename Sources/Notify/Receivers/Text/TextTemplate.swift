import Mustache

/// A user's template, checked before it is used: a wrong one would only be seen at night.
enum TextTemplate {
    static let variables: Set<String> = [
        "product", "product_id", "product_name", "warehouse", "warehouse_id", "warehouse_name", "category", "stock",
        "threshold", "level", "previous_level", "change", "news", "began", "ended", "duration", "link", "over",
        "count", "summary", "several",
    ]
    private static let ofTitleOnly: Set<String> = ["count", "summary", "several"]

    static func parse(_ text: String, setting: String) throws(ReceiverSettingsError) -> MustacheTemplate {
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw ReceiverSettingsError(setting, "must not be empty")
        }
        let known = setting == "title" ? variables : variables.subtracting(ofTitleOnly)
        for tag in text.matches(of: /\{\{\{?([#^\/&!>$%=<]?)\s*([^{}]*?)\s*\}?\}\}/) {
            let (kind, name) = (tag.output.1, String(tag.output.2))
            if kind == "!" { continue }
            if ["%", "=", "<", ">", "$"].contains(kind) {
                throw ReceiverSettingsError(
                    setting,
                    "must not hold \(CleanText.of(String(tag.output.0))); templates have variables and sections only")
            }
            guard known.contains(name) else {
                throw ReceiverSettingsError(
                    setting,
                    "holds {{\(CleanText.of(name))}}, which is no variable; there are "
                        + known.sorted().joined(separator: ", "))
            }
        }
        do {
            // Data is escaped before it comes here; the engine would take it for HTML.
            return try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}" + text)
        } catch let error as MustacheTemplate.ParserError {
            throw ReceiverSettingsError(setting, "\(words(error.error)) (line \(error.context.lineNumber))")
        } catch {
            throw ReceiverSettingsError(setting, "is no mustache template")
        }
    }

    private static func words(_ error: any Error) -> String {
        switch error {
        case MustacheTemplate.Error.sectionCloseNameIncorrect:
            "closes a section of another name; {{#x}} ends with {{/x}}"
        case MustacheTemplate.Error.expectedSectionEnd: "does not close a section; {{#x}} ends with {{/x}}"
        default: "has a tag that is not closed; a tag is {{x}}"
        }
    }
}
