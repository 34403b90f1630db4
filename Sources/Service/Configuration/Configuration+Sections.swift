public import Inventory
public import Wire

extension Configuration {
    public struct Input: Equatable, Sendable {
        public var topic: String
        public var start: Start
        public var keyedBy: Keying
        public var format: SourceFormat
        public var onTruncate: OnTruncate

        init(_ read: inout Reading) {
            topic = read(Keys.Input.topic)
            start = read(Keys.Input.start)
            keyedBy = read(Keys.Input.keyedBy)
            format = SourceFormat(&read, .input)
            onTruncate = read(Keys.Input.onTruncate)
        }

        /// Where to begin in a partition without a committed offset.
        public enum Start: Equatable, Sendable {
            case earliest
            case latest
            /// The first message at or after an instant.
            case timestamp(Timestamp)
        }

        public enum Keying: String, Sendable, CaseIterable {
            case none
            case product
        }

        public enum OnTruncate: String, Sendable, CaseIterable {
            case refuse
            case apply
        }
    }

    public struct Events: Equatable, Sendable {
        /// +1, -1 or 0 for each known type.
        public var types: [String: Int]
        public var unknownType: UnknownType
        /// In event ids below the highest seen of a partition; 0 is off.
        public var dedupeWindow: Int

        init(_ read: inout Reading) {
            types = read(Keys.Events.types)
            unknownType = read(Keys.Events.unknownType)
            dedupeWindow = read(Keys.Events.dedupeWindow)
        }

        public enum UnknownType: String, Sendable, CaseIterable {
            case ignore
            case deadLetter = "dead_letter"
        }
    }

    public struct Reference: Equatable, Sendable {
        public var products: Place
        /// How the messages of the topic are written.
        public var productsFormat: SourceFormat
        public var warehouses: Place
        public var warehousesFormat: SourceFormat

        /// Where a reference table is read from.
        public enum Place: Equatable, Sendable {
            /// A path, already taken from where it was written.
            case file(String)
            case topic(String)
        }
    }

    public struct Alerts: Equatable, Sendable {
        public var topic: String
        public var emit: Emit
        public var format: Format

        init(_ read: inout Reading) {
            topic = read(Keys.Alerts.topic)
            emit = read(Keys.Alerts.emit)
            format = read(Keys.Alerts.format)
        }

        public enum Emit: String, Sendable, CaseIterable {
            case severity
            case row
        }

        public enum Format: String, Sendable, CaseIterable {
            case changes
            case upsert
        }
    }

    public struct Log: Equatable, Sendable {
        public var level: Level
        public var format: Format

        public enum Level: String, Sendable, CaseIterable {
            case trace, debug, info, notice, warning, error, critical
        }

        public enum Format: String, Sendable, CaseIterable {
            case auto, text, json, journal
        }
    }
}
