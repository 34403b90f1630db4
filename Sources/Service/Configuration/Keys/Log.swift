public import Logging

extension Configuration {
    public struct Log: Equatable, Sendable {
        public var level: Logger.Level
        public var format: Format

        public enum Format: String, Sendable, CaseIterable {
            case auto, text, json, journal
        }
    }
}

extension Configuration.Log {
    init(_ read: inout Reading) {
        read.section("log", "The log, on standard error.")
        level = read(
            "log.level", .choice, default: "info", reloadable: true,
            "The least severe level that is logged.")
        format = read(
            "log.format", .choice, default: "auto",
            """
            text: for people, coloured on a terminal unless NO_COLOR is set. json: one object a line.
            journal: with systemd's priorities. auto: journal under systemd, else text.
            """)
    }
}
