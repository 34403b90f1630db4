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
                What each event_type does to stock: +1 adds the quantity, -1 subtracts it, 0 changes nothing.
                Names match exactly. A table given here replaces the whole default table.
                """)
            unknownType = read(
                "events.unknown_type", .choice, default: Keys.pipeline.unknownType.rawValue,
                """
                What to do with an event whose type is not in events.types. ignore: count it as an event that
                moves 0 units. dead_letter: send it to dead_letters.topic.
                """)
            dedupeWindow = read(
                "events.dedupe_window", .integer(0...(1 << 32)), default: "\(Keys.pipeline.dedupeWindow)",
                """
                How many distinct event ids each input partition remembers at least, the newest ones. An
                event whose id is remembered is a duplicate and changes nothing. An id takes about a bit of
                memory where ids are dense, at most 12 bytes where they are not. 0: duplicates are not
                detected.
                """)
        }
    }
}
