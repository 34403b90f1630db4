public import Wire

extension Configuration {
    public struct Events: Equatable, Sendable {
        /// +1, -1 or 0 for each known type.
        public var types: [String: Int]
        public var unknownType: UnknownType
        /// Distinct event ids that each input partition remembers at least; 0 remembers none.
        public var dedupeWindow: Int

        init(_ read: inout Reading) {
            read.section("events", "What order events mean.")
            types = read(
                "events.types", .signs, default: MapText.write(Keys.pipeline.eventTypes),
                """
                What each event_type does to stock: +1 adds the quantity, -1 takes it away, 0 leaves it. Names
                match exactly. A table given here replaces the default one whole.
                """)
            unknownType = read(
                "events.unknown_type", .choice, default: Keys.pipeline.unknownType.rawValue,
                """
                An event whose type is not in the table: ignore counts it as an event that moves 0 units,
                dead_letter sends it to dead_letters.topic.
                """)
            dedupeWindow = read(
                "events.dedupe_window", .integer(0...(1 << 32)), default: "\(Keys.pipeline.dedupeWindow)",
                """
                An event whose id is among at least this many distinct ids that its partition applied last is
                a duplicate. Costs about a bit an id where ids are dense, at most 12 bytes where they are not.
                0 turns the recognition off.
                """)
        }
    }
}
