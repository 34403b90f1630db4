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
}
