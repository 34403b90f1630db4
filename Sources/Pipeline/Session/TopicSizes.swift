import Inventory

/// The partition counts of the topics that a worker needs.
///
/// A broker that has just started, or whose metadata is old, may say that a topic does not exist. That is believed
/// only after `patienceMs`.
final class TopicSizes<S: TopicSource> {
    private let session: S
    /// When a topic was first and last reported missing.
    private var missing: [Topic: (sinceMs: Int64, saidMs: Int64)] = [:]
    static var patienceMs: Int64 { 30_000 }

    init(_ session: S) { self.session = session }

    func inputCount(_ settings: PipelineSettings) throws(SessionFailure) -> Int {
        if let count = try count(.input, named: settings.inputTopic) { return count }
        throw .misconfigured(
            "the input topic \(settings.inputTopic) does not exist, or was deleted. Create it, or set "
                + "input.topic to the topic that stockd is to count.")
    }

    func stateCount(_ settings: PipelineSettings) throws(SessionFailure) -> Int {
        if let count = try count(.state, named: settings.stateTopic) { return count }
        throw .misconfigured(
            "the state topic \(settings.stateTopic) does not exist any more. Start once with --rebuild to recompute "
                + "the stock from the log. \(LostPublishedAlerts.explanation)")
    }

    /// Throws what to do about an output topic that does not exist any more.
    func checkOutput(_ topic: Topic, _ settings: PipelineSettings) throws(SessionFailure) {
        if topic == .state {
            _ = try stateCount(settings)
        } else if try count(topic, named: topic.key) == nil {
            throw .misconfigured(
                "the topic that \(topic.key) names does not exist any more. A new topic of that name would "
                    + "lack what was published before. To publish all of it again, set state.topic, "
                    + "alerts.topic and the topics of outputs to new names and start once with --rebuild.")
        }
    }

    /// - Returns: Nil for a topic that does not exist.
    /// - Throws: `unavailable` while that is not certain.
    func count(_ topic: Topic, named name: String) throws(SessionFailure) -> Int? {
        if let count = try session.partitionCount(topic) {
            missing[topic] = nil
            return count
        }
        var since = session.nowMs
        if let known = missing[topic], session.nowMs - known.saidMs < Self.patienceMs {
            since = known.sinceMs
        }
        missing[topic] = (since, session.nowMs)
        guard session.nowMs - since < Self.patienceMs else { return nil }
        throw .unavailable("the brokers do not know the topic \(name); they are asked again for 30 s")
    }
}

/// What is lost with the state topic, and a rebuild cannot bring back.
enum LostPublishedAlerts {
    static let explanation =
        "stockd then no longer knows which alerts are published: it raises every open alert again, from "
        + "incident 1 on, and does not resolve in alerts.topic an alert that has ended, unless alerts.topic "
        + "and the topics of outputs get new names."
}
