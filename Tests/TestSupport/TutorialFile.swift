/// The files of the tutorial's day: the shipped inputs and the expected views.
public enum TutorialFile {
    public static func text(_ name: String) throws -> String {
        let folder =
            if name.hasPrefix("expected-") {
                "Tests/TestSupport/Tutorial"
            } else {
                name.hasSuffix(".csv") ? "Config" : "Config/tutorial"
            }
        return try Repository.text("\(folder)/\(name)")
    }

    /// Its lines, the header of a table among them.
    public static func lines(_ name: String) throws -> [String] {
        try text(name).split(whereSeparator: \.isNewline).map(String.init)
    }
}
