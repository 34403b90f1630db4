public import Inventory

extension BadEvent {
    init(infinite value: Range<Int>, of name: String, in text: RawSpan) {
        self.init(
            .infiniteTimestamp, "\(name) is infinity and not an instant: \(Quoted.json(text, value))")
    }

    init(unavailable name: String) {
        self.init(
            .unavailableValue,
            "the database left \(name) out because it did not change, and stockd does not know the row from before")
    }

    init(noDigits name: String, _ type: String, _ value: Range<Int>, in text: RawSpan) {
        self.init(.wrongType, "\(name) is \(type) by its schema and not a number: \(Quoted.json(text, value))")
    }

    init(_ type: String, noInstant value: Range<Int>, of name: String, in text: RawSpan) {
        self.init(
            .invalidTimestamp, "\(name) is \(type) by its schema and not an instant: \(Quoted.json(text, value))")
    }

    /// - Parameter key: The configuration key of the column's encoding.
    init(eitherDigitsOrBytes name: String, key: String, _ value: Range<Int>, in text: RawSpan) {
        self.init(
            .unknownScale,
            "\(name) is the string \(Quoted.json(text, value)), which may be a number or a decimal's bytes, and "
                + "no schema tells which: set \(key) to text for a number, or to base64:2 for bytes with two digits "
                + "after the point")
    }

    init(noScale name: String, key: String, _ value: Range<Int>, in text: RawSpan) {
        self.init(
            .unknownScale,
            "\(name) is a decimal's bytes, \(Quoted.json(text, value)), and no schema gives its scale: set "
                + "\(key) to base64:2 for two digits after the point")
    }

    init(unknownOperation value: Range<Int>, in text: RawSpan) {
        self.init(
            .unknownOperation,
            "op is not one of c, r, u, d, t and m: \(Quoted.json(text, value))")
    }

    init(missingRow operation: Operation) {
        self.init(.missingRow, "the change has op \(operation.letter), but its field after holds no row")
    }

    init(noKey name: String, _ key: UnsafeRawBufferPointer?) {
        if let key, let framing = SchemaFraming(key.bytes) {
            self.init(.missingKey, framing.sentence("the key"))
            return
        }
        self.init(
            .missingKey,
            "the delete does not name its row: neither the message's key nor its field before holds \(name)")
    }

    /// The first of a row's mistakes, so that what is quoted of the row stays short.
    init(_ reason: Reason, _ mistakes: ReferenceMistakes) {
        let first = mistakes.mistakes.first?.description ?? "the row does not decode"
        self.init(reason, mistakes.count > 1 ? "\(first) (and \(mistakes.count - 1) more)" : first)
    }

    // Errors that only the aggregate finds.

    /// - Parameter event: nil where it is not known.
    public init(overflow event: OrderEvent?, _ ids: IDs = .integers) {
        guard let event else {
            self.init(.stockOverflow, "the stock would leave the 64-bit range")
            return
        }
        self.init(
            .stockOverflow,
            "the stock of product \(Self.shown(ids.string(event.pair.product))) in warehouse "
                + "\(Self.shown(ids.string(event.pair.warehouse))) would leave the 64-bit range with "
                + "\(event.units) units more"
        )
    }

    /// The decoder knew the texts of an event's pair, but they are new to the shard.
    public init(tooManyNames event: OrderEvent?, _ ids: IDs) {
        let pair = event.map {
            ": product \(Self.shown(ids.string($0.pair.product))), warehouse "
                + Self.shown(ids.string($0.pair.warehouse))
        }
        self.init(
            .tooManyNames,
            "product_id or warehouse_id is new, and the pairs have as many different ids already as ids.max_names "
                + "allows (\(ids.maxNames))\(pair ?? "")")
    }

    private static func shown(_ id: String) -> String {
        let bytes = Array(id.utf8)
        return Quoted.json(bytes.span.bytes, 0..<bytes.count)
    }

    public static let typeUnknown = BadEvent(
        .unavailableValue,
        "the database left event_type out because it did not change, and what stockd counted of the event "
            + "before does not show it")

    public static let unorderedTruncation = BadEvent(
        .truncateRefused,
        "the events table was truncated, but the message has no position in the database's log, so stockd "
            + "cannot tell which rows of other partitions existed then")

    public static let truncationNotApplied = BadEvent(
        .truncateRefused,
        "the events table was truncated, and the stock stays as it was; set input.on_truncate: apply to "
            + "take all events back")
}
