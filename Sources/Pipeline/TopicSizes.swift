import Inventory

/// The partition counts of the topics that a worker needs.
///
/// A broker that has just come up, or is behind with its metadata, may say that a topic does not exist. Only when
/// it is said for `patienceMs` it is believed.
final class TopicSizes<L: Log> {
    private let log: L
    private var missingSinceMs: [Topic: Int64] = [:]
    static var patienceMs: Int64 { 30_000 }

    init(_ log: L) { self.log = log }

    /// Of the input topic.
    func inputCount(_ settings: PipelineSettings) throws(LogFailure) -> Int {
        if let count = try count(.input, named: settings.inputTopic) { return count }
        throw .misconfigured(
            "the input topic \(settings.inputTopic) does not exist, or no more. Create it, or set "
                + "input.topic to the one that is to be counted.")
    }

    /// - Returns: Nil for a topic that does not exist.
    /// - Throws: `unavailable` while that is not certain.
    func count(_ topic: Topic, named name: String) throws(LogFailure) -> Int? {
        if let count = try log.partitionCount(topic) {
            missingSinceMs[topic] = nil
            return count
        }
        let since = missingSinceMs[topic] ?? log.nowMs
        missingSinceMs[topic] = since
        guard log.nowMs - since < Self.patienceMs else { return nil }
        throw .unavailable("the brokers do not know the topic \(name); they are asked again for 30 s")
    }
}
