import Inventory

/// The messages of one pair, each of which must follow from the one before it.
struct AlertChain {
    /// What a message leaves behind.
    struct Standing: Equatable {
        var level: AlertLevel?
        var oversold: UInt64 = 0
        /// 0 with `alerts.format: upsert`, which has none.
        var incident: UInt32 = 0
        var since = ""
        var columns: AuditedAlert.Columns?
        var source: Source?
    }

    /// Nil before the first message that is known.
    private var last: Standing?
    /// As of the audited offsets; nil when there was no message then.
    private(set) var audited: Standing?
    /// What else may have been last at that moment, because it cannot be told whether it was published before it.
    private(set) var others: [Standing] = []

    /// Takes the next message.
    /// - Parameters:
    ///   - isWhole: all messages of the pair are known from the first.
    ///   - isBefore: whether it was published before the audited offsets; nil when that cannot be told.
    /// - Returns: why it does not follow; nil when it does.
    mutating func take(_ alert: AuditedAlert, isWhole: Bool, isBefore: Bool?) -> AuditMistake? {
        let next = Standing(
            level: alert.level, oversold: alert.oversold, incident: alert.change?.incident ?? 0,
            since: alert.change?.since ?? "", columns: alert.columns, source: alert.change?.source)
        let before = last ?? (isWhole ? Standing() : nil)
        last = next
        switch isBefore {
        case true?:
            audited = next
            others = []
        case nil: others.append(next)
        case false?: break
        }
        guard let before else { return nil }
        guard let change = alert.change else { return Self.repetition(next, before) }
        return Self.mistake(change, next, before)
    }

    /// A message without a change is a mistake only where it says the same again.
    private static func repetition(_ next: Standing, _ before: Standing) -> AuditMistake? {
        guard next == before else { return nil }
        return AuditMistake("the row that the message before has", "a row that differs")
    }

    private static func mistake(
        _ change: AuditedAlert.Change, _ next: Standing, _ before: Standing
    ) -> AuditMistake? {
        func mistake(_ what: String, _ found: String, _ expected: String) -> AuditMistake {
            AuditMistake("\(change.kind.name) with \(what) \(found)", expected)
        }
        let isRaised = change.kind == .raised
        if isRaised != (before.level == nil) {
            return AuditMistake(
                "\(change.kind.name) after \(before.level?.name ?? "no alert")",
                isRaised ? "a change of the alert that stands" : "RAISED")
        }
        let incident = isRaised ? before.incident &+ 1 : before.incident
        if change.incident != incident { return mistake("incident", "\(change.incident)", "\(incident)") }
        if change.previous != before.level {
            return mistake("previous level", change.previous?.name ?? "none", before.level?.name ?? "none")
        }
        let previousOversold = isRaised ? nil : before.oversold
        if change.previousOversold != previousOversold {
            return mistake(
                "previous_oversold_units", change.previousOversold.map { "\($0)" } ?? "null",
                previousOversold.map { "\($0)" } ?? "null")
        }
        let since = isRaised ? next.columns?.updated ?? "" : before.since
        if change.since != since { return mistake("since", change.since, since) }
        if let source = next.source, let earlier = before.source, source.partition == earlier.partition,
            source.offset <= earlier.offset
        {
            return mistake("source offset", "\(source.offset.rawValue)", "one above \(earlier.offset.rawValue)")
        }
        if change.kind != kind(from: before.level, to: next.level) {
            return AuditMistake(
                "\(change.kind.name) to \(next.level?.name ?? "no alert")",
                kind(from: before.level, to: next.level).name)
        }
        // After a change from severity to row, each alert that stands is published once more, without a source.
        return change.kind == .updated && next.columns == before.columns && next.source != nil
            ? AuditMistake("UPDATED with the row that the message before has", "a row that differs") : nil
    }

    private static func kind(from old: AlertLevel?, to new: AlertLevel?) -> ChangeKind {
        guard let new else { return .resolved }
        guard let old else { return .raised }
        return new == old ? .updated : new > old ? .escalated : .eased
    }
}
