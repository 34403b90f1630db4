public import Inventory

extension BadEvent {
    init(infinite value: Range<Int>, of name: String, in text: RawSpan) {
        self.init(
            .infiniteTimestamp, "\(name) is no instant but infinity: \(Quoted.json(text, value))")
    }

    init(unavailable name: String) {
        self.init(
            .unavailableValue,
            "\(name) was left out of the change because it had not changed, and the row is not known")
    }

    init(noScale name: String, key: String, _ value: Range<Int>, in text: RawSpan) {
        self.init(
            .unknownScale,
            "\(name) is a decimal's bytes, \(Quoted.json(text, value)), and no schema tells its scale: set "
                + "\(key) to base64:2 for two digits after the point")
    }

    init(unknownOperation value: Range<Int>, in text: RawSpan) {
        self.init(
            .unknownOperation,
            "op is not one of c, r, u, d, t and m: \(Quoted.json(text, value))")
    }

    init(missingRow operation: Operation) {
        self.init(.missingRow, "the change has op \(operation.letter), but after holds no row")
    }

    init(noKey name: String) {
        self.init(
            .missingKey,
            "the delete does not say of which row: neither the message's key nor before holds \(name)")
    }

    /// The first of a row's mistakes, so that what is quoted of the row stays short.
    init(_ reason: Reason, _ mistakes: ReferenceMistakes) {
        let first = mistakes.mistakes.first?.description ?? "the row does not decode"
        self.init(reason, mistakes.count > 1 ? "\(first) (and \(mistakes.count - 1) more)" : first)
    }

    // What only the aggregate finds.

    /// - Parameter event: nil where it is not known.
    public init(overflow event: OrderEvent?) {
        guard let event else {
            self.init(.stockOverflow, "the stock would leave the 64-bit range")
            return
        }
        self.init(
            .stockOverflow,
            "the stock of product \(event.pair.product.rawValue) in warehouse "
                + "\(event.pair.warehouse.rawValue) would leave the 64-bit range with \(event.units) units more"
        )
    }

    public static let typeUnknown = BadEvent(
        .unavailableValue,
        "the type was left out of the change because it had not changed, and what was counted of the event before "
            + "does not tell it")

    public static let unorderedTruncation = BadEvent(
        .truncateRefused,
        "the events table was truncated, and without a position in the database's log nobody can say which rows of "
            + "other partitions were there then")

    public static let truncationNotApplied = BadEvent(
        .truncateRefused,
        "the events table was truncated, which would take all stock back; input.on_truncate: apply does that")
}
